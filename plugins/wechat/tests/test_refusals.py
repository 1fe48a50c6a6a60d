"""Who is to blame when WeChat refuses: the code, the user, the operator, WeChat, or we."""

from collections.abc import Awaitable, Callable

import pytest

from accredit import Identity
from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit_wechat.refusals import EXCHANGE_ERRORS, USERINFO_ERRORS

Verify = Callable[..., Awaitable[Identity]]
CALLS = {"exchanged": "oauth2/access_token", "user": "userinfo"}

# Spelt out once more, so that a line that moves is seen: what pages somebody, and what a user is told.
EVERYWHERE: dict[int, type[ExchangeError]] = {
    -1: ProviderUnavailable,
    40013: ProviderMisconfigured,
    40164: ProviderMisconfigured,
    43001: ProviderProtocolError,
    43003: ProviderProtocolError,
    45009: ProviderQuotaExhausted,
    45011: ProviderRateLimited,
    48001: ProviderMisconfigured,
    50001: MissingPermission,
    61004: ProviderMisconfigured,
}
AT: dict[str, dict[int, type[ExchangeError]]] = {
    "exchanged": {
        **EVERYWHERE,
        40001: ProviderMisconfigured,
        40002: ProviderProtocolError,
        40029: InvalidProviderToken,
        40125: ProviderMisconfigured,
        40163: InvalidProviderToken,
        41002: ProviderProtocolError,
        41004: ProviderProtocolError,
        41008: ProviderProtocolError,
        42003: InvalidProviderToken,
    },
    "user": {
        **EVERYWHERE,
        40001: ProviderUnavailable,
        40003: ProviderProtocolError,
        40014: ProviderUnavailable,
        41001: ProviderProtocolError,
        41009: ProviderProtocolError,
        42001: ProviderUnavailable,
    },
}
CASES = [(call, code, error) for call, cases in AT.items() for code, error in cases.items()]


def test_every_line_of_the_tables_is_tested() -> None:
    assert (AT["exchanged"].keys(), AT["user"].keys()) == (EXCHANGE_ERRORS.keys(), USERINFO_ERRORS.keys())


@pytest.mark.threat(49)
@pytest.mark.parametrize(("call", "code", "error"), CASES)
async def test_refusal_under_status_200_is_classified_by_its_code(
    verify: Verify, call: str, code: int, error: type[ExchangeError]
) -> None:
    with pytest.raises(ExchangeError) as raised:
        await verify(**{call: (200, {"errcode": code, "errmsg": "private words, rid: 6583f22d-35b1b023-4a6d02b6"})})
    assert type(raised.value) is error
    assert raised.value.detail == f"{CALLS[call]}: code {code}, status 200"


@pytest.mark.parametrize("call", CALLS)
async def test_refusal_beside_a_good_answer_is_a_refusal(verify: Verify, call: str) -> None:
    with pytest.raises(ProviderMisconfigured):
        await verify(**{call: {"errcode": 48001}})


@pytest.mark.parametrize("call", CALLS)
async def test_code_0_beside_a_good_answer_is_none(verify: Verify, call: str) -> None:
    assert (await verify(**{call: {"errcode": 0, "errmsg": "ok"}})).alternate_ids


@pytest.mark.threat(49)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("code", [50002, 40226, 1])
async def test_refusal_that_no_line_knows_is_refused_and_named_for_the_operator(
    verify: Verify, call: str, code: int
) -> None:
    with pytest.raises(UnlistedRefusal) as raised:
        await verify(**{call: (200, {"errcode": code, "errmsg": "x"})})
    assert raised.value.detail == f"{CALLS[call]}: no line for code {code}, status 200"


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [200, 403, 502])
@pytest.mark.parametrize(
    "body",
    [b"<html>40029</html>", b"", [], {"errcode": "40029"}, {"errcode": True}, {"errcode": None}, {"errcode": 4e4}],
)
async def test_answer_that_nobody_can_read_is_an_outage(verify: Verify, call: str, status: int, body: object) -> None:
    with pytest.raises(ExchangeError) as raised:
        await verify(**{call: (status, body)})
    assert type(raised.value) is ProviderUnavailable


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("status", "code"), [(500, 40029), (503, 48001), (403, 0)])
async def test_whoever_fails_has_checked_nothing(verify: Verify, call: str, status: int, code: int) -> None:
    with pytest.raises(ExchangeError) as raised:
        await verify(**{call: (status, {"errcode": code, "errmsg": "ok"})})
    assert type(raised.value) is ProviderUnavailable


@pytest.mark.threat(49)
@pytest.mark.parametrize("change", [{"app_id": "wx0000000000000000"}, {"app_secret": "wrong"}], ids=str)
async def test_wrong_id_or_secret_of_ours_is_the_operators_fault(verify: Verify, change: dict[str, str]) -> None:
    with pytest.raises(ProviderMisconfigured):
        await verify(**change)
