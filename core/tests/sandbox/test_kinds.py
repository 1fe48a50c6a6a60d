from __future__ import annotations

import pytest

from accredit.sandbox.kinds import OTHER_APP, OURS, OUTAGE, REQUEST, TOKEN, USER, Kind, kind_of
from accredit.sandbox.trials import Trial
from accredit.testing.verdict import REFUSALS, Verdict

KIND_OF_REASON = {
    "wrong_audience": OTHER_APP,
    "invalid_token": TOKEN,
    "credential_reused": TOKEN,
    "unlisted_refusal": TOKEN,
    "missing_permission": USER,
    "provider_user_blocked": USER,
    "missing_parameter": REQUEST,
    "unknown_client": REQUEST,
    "invalid_bearer": REQUEST,
    "provider_unavailable": OUTAGE,
    "provider_rate_limited": OUTAGE,
    "provider_quota_exhausted": OUTAGE,
    "provider_misconfigured": OURS,
    "provider_protocol_error": OURS,
}


def trial(reason: str | None, *, is_foreign: bool = False) -> Trial:
    verdict = Verdict(status=REFUSALS[reason].status if reason else 405, reason=reason)
    return Trial(name="any", about="", parameters={}, verdict=verdict, is_foreign=is_foreign)


@pytest.mark.parametrize(("reason", "kind"), KIND_OF_REASON.items(), ids=KIND_OF_REASON)
def test_each_reason_is_of_one_kind(reason: str, kind: Kind) -> None:
    assert kind_of(trial(reason)) is kind


def test_a_refusal_without_an_event_is_the_requests_own() -> None:
    assert kind_of(trial(None)) is REQUEST


def test_another_apps_token_is_one_whatever_the_reason() -> None:
    assert kind_of(trial("invalid_token", is_foreign=True)) is OTHER_APP
