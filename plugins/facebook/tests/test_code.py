"""What comes of an authorization code, and what is asked to learn it."""

import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from accredit.audience import AppBound
from accredit.credentials import AuthorizationCode
from accredit.errors import (
    CredentialReused,
    ExchangeError,
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    MissingPermission,
    ProviderMisconfigured,
    ProviderQuotaExhausted,
    ProviderUnavailable,
    ProviderUserBlocked,
    UnlistedRefusal,
    WrongAudience,
)
from accredit.models import Identity
from accredit.testing import BASE_URL, InProcess, exchange_for, person
from accredit_facebook.refusals.tables import BY_EXCHANGE
from accredit_facebook.simulator import FacebookSimulator
from accredit_facebook.simulator.app import APP_ID, APP_SECRET, FOREIGN_APP_ID
from accredit_facebook.simulator.codes import CALLBACK

NOW = 1_800_000_000
ADA = person("ada")
GOOD = "EAAsim-good-ada"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
LogIn = Callable[..., Coroutine[Any, Any, Identity]]


@pytest.fixture
def log_in(facebook: Any, simulator: FacebookSimulator) -> LogIn:
    """Log in by a code: `await log_in(token="EAAsim-…", issued={"verifier": …}, **connection settings)`."""

    async def run(
        *,
        token: str = GOOD,
        issued: Mapping[str, Any] | None = None,
        redirect_uri: str | None = CALLBACK,
        verifier: str | None = None,
        nonce: str | None = None,
        code: str | None = None,
        **connection: Any,
    ) -> Identity:
        value = code or simulator.exchange.issue(token, **(issued or {}))
        credential = AuthorizationCode.of(value, redirect_uri=redirect_uri, code_verifier=verifier, nonce=nonce)
        async with exchange_for(simulator, connection=connection, transport=facebook, clock=lambda: NOW) as exchange:
            return await exchange.verify("facebook", credential)

    return run


def form_of(request: httpx.Request) -> dict[str, str]:
    return dict(parse_qsl(request.content.decode(), keep_blank_values=True))


async def test_code_logs_in_by_what_debug_token_says_of_the_new_token(log_in: LogIn, facebook: Any) -> None:
    identity = await log_in()

    assert (identity.user_id, identity.audience) == (str(ADA.number), AppBound(APP_ID))
    assert identity.profile.claims()["email"] == ADA.email
    assert identity.provider_scopes == {"public_profile", "email"}
    exchanged = facebook.requests["access_token"]
    assert (exchanged.method, exchanged.url.path, exchanged.url.query) == ("POST", "/v25.0/oauth/access_token", b"")
    form = form_of(exchanged)
    assert form == {
        "client_id": APP_ID,
        "client_secret": APP_SECRET,
        "redirect_uri": CALLBACK,
        "code": form["code"],
    }
    assert facebook.requests["debug_token"].url.params["input_token"] == GOOD
    assert facebook.requests["me"].headers["authorization"] == f"Bearer {GOOD}"


async def test_code_of_the_flow_with_pkce_is_exchanged_by_its_verifier(log_in: LogIn, facebook: Any) -> None:
    identity = await log_in(issued={"verifier": VERIFIER}, verifier=VERIFIER)
    assert identity.audience == AppBound(APP_ID)
    form = form_of(facebook.requests["access_token"])
    assert (form["code_verifier"], "client_secret" in form) == (VERIFIER, False)


@pytest.mark.parametrize(
    ("begun_with", "verifier"),
    [(VERIFIER, None), (VERIFIER, "x" * 43), (None, VERIFIER)],
    ids=["no verifier", "other verifier", "no challenge"],
)
async def test_code_of_another_login_is_refused(log_in: LogIn, begun_with: str | None, verifier: str | None) -> None:
    with pytest.raises(InvalidProviderToken):
        await log_in(issued={"verifier": begun_with}, verifier=verifier)


async def test_code_without_a_redirect_uri_is_refused_before_it_is_used(log_in: LogIn, facebook: Any) -> None:
    with pytest.raises(MissingParameter, match="redirect_uri"):
        await log_in(redirect_uri=None)
    assert facebook.requests == {}


@pytest.mark.parametrize("redirect_uri", ["https://evil.example.com/", f"{CALLBACK}/", CALLBACK.upper()])
async def test_redirect_uri_that_is_not_listed_is_refused(log_in: LogIn, redirect_uri: str) -> None:
    with pytest.raises(InvalidParameter):
        await log_in(redirect_uri=redirect_uri)


async def test_redirect_uri_of_another_login_is_the_codes_fault(log_in: LogIn) -> None:
    other = "https://app.example.com/other"
    with pytest.raises(InvalidProviderToken):
        await log_in(redirect_uri=other, redirect_uris=[CALLBACK, other])


async def test_nonce_has_nowhere_to_be_found(log_in: LogIn) -> None:
    with pytest.raises(InvalidProviderToken):
        await log_in(nonce="sim-nonce")


@pytest.mark.threat(1)
@pytest.mark.parametrize(
    "wrong", [{"code": "AQDsim-nobody"}, {"issued": {"app_id": FOREIGN_APP_ID}}], ids=["unknown", "foreign"]
)
async def test_code_that_is_not_ours_is_refused(log_in: LogIn, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidProviderToken):
        await log_in(**wrong)


@pytest.mark.threat(1)
async def test_token_of_another_app_that_comes_of_a_code_is_refused(log_in: LogIn) -> None:
    with pytest.raises(WrongAudience):
        await log_in(token="EAAsim-foreign_app-ada")


@pytest.mark.threat(49)
async def test_wrong_secret_is_the_operators_fault(log_in: LogIn) -> None:
    with pytest.raises(ProviderMisconfigured):
        await log_in(app_secret="wrong")


async def test_app_that_facebook_does_not_know_is_the_operators_fault(log_in: LogIn) -> None:
    with pytest.raises(ProviderMisconfigured):
        await log_in(app_id="100000000000001")


@pytest.mark.parametrize(("late_s", "is_good"), [(599, True), (600, False)])
async def test_code_is_good_for_ten_minutes_and_once(late_s: float, is_good: bool) -> None:
    now = float(NOW)
    simulator = FacebookSimulator(clock=lambda: now)
    code = AuthorizationCode.of(simulator.exchange.issue(GOOD), redirect_uri=CALLBACK)
    now += late_s
    async with exchange_for(simulator, clock=lambda: now) as exchange:
        if not is_good:
            with pytest.raises(InvalidProviderToken):
                await exchange.verify("facebook", code)
            return
        await exchange.verify("facebook", code)
        with pytest.raises(CredentialReused):
            await exchange.verify("facebook", code)
    async with exchange_for(simulator, clock=lambda: now) as exchange:
        with pytest.raises(InvalidProviderToken):  # another storage has forgotten it: Facebook has not
            await exchange.verify("facebook", code)


async def test_required_permissions_hold_for_codes(log_in: LogIn) -> None:
    await log_in(required_permissions=["email"])
    with pytest.raises(MissingPermission):
        await log_in(token="EAAsim-email_declined-ada", required_permissions=["email"])


@pytest.mark.threat(49)
@pytest.mark.parametrize("token", ["EAAsim-expired-ada", "EAAsim-revoked-ada"])
async def test_new_token_that_is_refused_at_once_is_nobodys_fault(log_in: LogIn, token: str) -> None:
    with pytest.raises(ProviderUnavailable, match="new token"):
        await log_in(token=token)


async def test_user_at_a_checkpoint_is_told_from_a_dead_token(log_in: LogIn, facebook: Any) -> None:
    error = {"code": 190, "subcode": 459, "message": "In words."}
    facebook.says("debug_token", {"data": {"is_valid": False, "error": error}})
    with pytest.raises(ProviderUserBlocked):
        await log_in()


def _error(key: int | str) -> dict[str, Any]:
    """Return an error that a line of the table fits."""
    if isinstance(key, int):
        return {"code": key, "message": "In words."}
    if "/" in key:
        code, subcode = key.split("/")
        return {"code": int(code), "error_subcode": int(subcode), "message": "In words."}
    code, text = key.split(" ", 1)
    return {"code": int(code), "message": f"In words, {text.capitalize()}."}


@pytest.mark.parametrize("key", BY_EXCHANGE, ids=str)
@pytest.mark.parametrize("status", [400, 401])
async def test_refusal_is_that_of_its_line(log_in: LogIn, facebook: Any, key: int | str, status: int) -> None:
    facebook.says("access_token", {"error": _error(key)}, status=status)
    with pytest.raises(ExchangeError) as raised:
        await log_in()
    assert type(raised.value) is BY_EXCHANGE[key].error


GOOD_ANSWER = {"access_token": GOOD, "token_type": "bearer", "expires_in": 5_183_944}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"error": {"code": 100, "message": "Something new."}}, UnlistedRefusal),
        (400, {"error": {"code": 191, "message": "Something new."}}, UnlistedRefusal),
        (400, {"error": {"code": 1, "message": "An unknown error occurred"}}, ProviderUnavailable),
        (400, {"error": {"code": 100, "error_subcode": 36009, "is_transient": True}}, ProviderUnavailable),
        (500, {"error": {"code": 100, "error_subcode": 36009}}, ProviderUnavailable),
        (400, {"error": {}}, ProviderUnavailable),
        (400, b"<!DOCTYPE html>", ProviderUnavailable),
        (200, b"false", ProviderUnavailable),
        (200, b"access_token=EAA&expires=5", ProviderUnavailable),
        (200, {}, ProviderUnavailable),
        (201, GOOD_ANSWER, ProviderUnavailable),
        (200, {**GOOD_ANSWER, "access_token": None}, ProviderUnavailable),
        (200, {**GOOD_ANSWER, "access_token": ""}, ProviderUnavailable),
        (200, {**GOOD_ANSWER, "access_token": "a b"}, ProviderUnavailable),
    ],
)
async def test_answer_that_is_no_token_is_classified(
    log_in: LogIn, facebook: Any, status: int, body: object, expected: type[ExchangeError]
) -> None:
    facebook.says("access_token", GOOD_ANSWER)
    await log_in()
    facebook.says("access_token", body, status=status)
    with pytest.raises(ExchangeError) as raised:
        await log_in()
    assert type(raised.value) is expected


async def test_full_quota_of_the_app_is_told_from_a_limit(log_in: LogIn, facebook: Any) -> None:
    usage = {"x-app-usage": json.dumps({"call_count": 100})}
    facebook.says("access_token", {"error": {"code": 613, "message": "In words."}}, status=400, headers=usage)
    with pytest.raises(ProviderQuotaExhausted):
        await log_in()


class Counting(httpx.AsyncBaseTransport):
    """Answers everything with an outage, and counts."""

    def __init__(self) -> None:
        self.calls = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        return httpx.Response(503, stream=httpx.ByteStream(b""))


async def test_exchange_that_fails_is_never_tried_again(simulator: FacebookSimulator) -> None:
    down = Counting()
    async with exchange_for(simulator, transport=down, clock=lambda: NOW, limits={"provider_retries": 2}) as exchange:
        with pytest.raises(ProviderUnavailable):
            await exchange.verify("facebook", AuthorizationCode.of("c", redirect_uri=CALLBACK))
    assert down.calls == 1


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_the_simulator_takes_get_and_post_alone(simulator: FacebookSimulator, method: str) -> None:
    form = {"client_id": APP_ID, "client_secret": APP_SECRET, "redirect_uri": CALLBACK, "code": "x"}
    code = simulator.exchange.issue(GOOD)
    async with httpx.AsyncClient(transport=InProcess({BASE_URL: simulator.app()})) as client:
        url = f"{BASE_URL}/v25.0/oauth/access_token"
        response = await client.request(method, url, params={**form, "code": code})
        assert response.status_code == (200 if method == "GET" else 400)
        assert (await client.post(url, data=form)).json()["error"]["message"] == "Invalid verification code format."
        without = {name: value for name, value in form.items() if name != "client_secret"}
        answer = await client.post(url, data={**without, "code": simulator.exchange.issue(GOOD)})
        assert answer.json()["error"]["message"] == "Missing client_secret parameter."
        for name in ("client_id", "redirect_uri", "code"):
            assert (await client.post(url, data={**form, name: ""})).status_code == 400
        assert (await client.post(f"{BASE_URL}/v99.0/oauth/access_token", data=form)).json()["error"]["code"] == 2500
