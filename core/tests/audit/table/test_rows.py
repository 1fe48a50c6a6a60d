"""A row says what the log line says, in columns and JSON, bounded and without a secret."""

import json

import pytest
from core.tests.audit.happenings import HAPPENINGS, SCOPE
from core.tests.oauth.support import SECRET, token_bench

from accredit import AnyEvent, BlockedEvent, ErasedEvent, OperationalEvent, TokenEvent, UnlinkedEvent
from accredit.audit.table import fields_of_row
from accredit.audit.table.row import row_of
from accredit.storage import AuditRow

SECRETS = ("good-token", SECRET)


def row(event: AnyEvent) -> AuditRow:
    return row_of(event, 7, 1_800_000_000_123, "one")


@pytest.mark.threat(33)
@pytest.mark.parametrize("name", HAPPENINGS)
async def test_a_row_shows_programs_what_the_log_line_does_and_no_secret(name: str) -> None:
    async with token_bench() as wire:
        tokens = (await wire.post(scope=SCOPE)).json()
        wire.forget()
        await HAPPENINGS[name].act(wire, tokens)
        for event, (_, line) in zip(wire.heard, wire.log.events(), strict=True):
            shown = fields_of_row(row(event))
            text = json.dumps(shown)
            assert not [one for one in (*SECRETS, *map(str, tokens.values())) if len(one) > 8 and one in text]
            told = {key: value for key, value in shown.items() if key not in {"id", "time", "node", "outcome"}}
            lined = {key: value for key, value in line.items() if key not in {"level", "timestamp"}}
            if isinstance(event, ErasedEvent):
                del lined["subject"]
            for default in ("duration_ms", "reason"):  # not in each line
                told.setdefault(default, None)
                lined.setdefault(default, told[default])
            assert told == lined


def test_the_id_is_text_and_the_time_is_readable() -> None:
    shown = fields_of_row(row(BlockedEvent(subject="ada")))

    assert (shown["id"], shown["time"], shown["node"]) == ("7", "2027-01-15T08:00:00.123Z", "one")


@pytest.mark.threat(33)
def test_what_looks_like_a_secret_is_blank_in_every_place() -> None:
    jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."
    told = OperationalEvent(name="x", detail=f"Bearer {jwt}", facts={"access_token": "abc", "url": f"?token={jwt}"})
    found = row(told)

    assert jwt not in found.detail + found.facts
    assert json.loads(found.facts) == {"access_token": "[redacted]", "url": "?token=[redacted]"}


@pytest.mark.threat(33)
def test_a_token_that_was_sent_in_the_wrong_place_is_blank_there() -> None:
    jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."
    found = row(TokenEvent(outcome="refused", status=401, client_id=jwt, connection=f"Bearer\t{jwt}", subject=jwt))

    assert jwt not in repr(found)
    assert (found.client_id, found.subject) == ("[redacted]", "[redacted]")


def test_every_text_is_bounded_and_fit_for_every_database() -> None:
    found = row(
        TokenEvent(
            outcome="refused",
            status=400,
            client_id="\x00\ud800" + "é" * 1_000,
            detail="\x00\udfff" + "é" * 5_000,
            scopes=("s" * 9_000,),
        )
    )

    assert found.client_id.startswith("\ufffd\ufffdé")
    assert len(found.client_id.encode()) <= 500
    assert found.detail.startswith("\ufffd\ufffdé")
    assert len(found.detail) <= 2_000
    assert found.facts == '{"cut":true}'


def test_an_erasure_does_not_say_whose_and_an_unlinking_always_does() -> None:
    assert row(ErasedEvent(subject="ada")).subject is None
    assert row(UnlinkedEvent(subject=None, namespace="acme", user_id="1")).subject == "acme|1"
    assert row(UnlinkedEvent(subject="ada", namespace="acme", user_id="1")).subject == "ada"
