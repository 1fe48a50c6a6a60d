"""What comes of an authorization code, and what is asked to learn it."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from accredit.audience import JwtAudience
from accredit.credentials import AuthorizationCode
from accredit.errors import (
    CredentialReused,
    ExchangeError,
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
    WrongAudience,
)
from accredit.models import Identity
from accredit.testing import BASE_URL, InProcess, exchange_for, person
from accredit_google_oauth2.refusals import EXCHANGE_ERRORS
from accredit_google_oauth2.simulator import GoogleSimulator
from accredit_google_oauth2.simulator.codes import CALLBACK, CODE_SETTINGS, POPUP, WEB_SECRET
from accredit_google_oauth2.simulator.tokens import DRIVE, EMAIL, FOREIGN, OPENID, PROFILE, WEB, subject

NOW = 1_800_000_000
ADA = person("ada")
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
NATIVE: Mapping[str, Any] = {"redirect_uri": None, "begun_with": None, "verifier": None, "require_pkce": False}
"""How a login of Google's native SDKs differs from one by redirect."""


class Between(httpx.AsyncBaseTransport):
    """The simulated Google, with the answer of its token endpoint replaced if one is given; remembers the requests."""

    def __init__(self, simulator: GoogleSimulator, answer: tuple[int, object] | None) -> None:
        self._simulator = InProcess({BASE_URL: simulator.app()})
        self._answer = answer
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self._answer is None or request.url.path != "/token":
            return await self._simulator.handle_async_request(request)
        status, body = self._answer
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.Response(status, stream=httpx.ByteStream(content))


async def log_in(
    *,
    issued_for: str | None = CALLBACK,
    redirect_uri: str | None = CALLBACK,
    begun_with: str | None = VERIFIER,
    verifier: str | None = VERIFIER,
    nonce: str | None = None,
    issued: Mapping[str, Any] | None = None,
    late_s: float = 0,
    code: str | None = None,
    answer: tuple[int, object] | None = None,
    **connection: Any,
) -> tuple[Identity, list[httpx.Request]]:
    """Log in by a code that was issued for `issued_for`, to a login begun with a verifier; `issued` is the rest."""
    now = float(NOW)
    simulator = GoogleSimulator(clock=lambda: now)
    between = Between(simulator, answer)
    value = code or simulator.exchange.issue(ADA, redirect_uri=issued_for or "", verifier=begun_with, **(issued or {}))
    now += late_s
    async with exchange_for(
        simulator, connection={**CODE_SETTINGS, **connection}, transport=between, clock=lambda: now
    ) as exchange:
        credential = AuthorizationCode.of(value, code_verifier=verifier, redirect_uri=redirect_uri, nonce=nonce)
        return await exchange.verify("google-oauth2", credential), between.requests


def form_of(request: httpx.Request) -> dict[str, str]:
    return dict(parse_qsl(request.content.decode(), keep_blank_values=True))


async def test_code_logs_in_by_the_id_token_that_it_gives() -> None:
    identity, requests = await log_in()

    assert (identity.user_id, identity.audience) == (subject(ADA), JwtAudience((WEB,), WEB))
    assert identity.provider_scopes == {OPENID, PROFILE, EMAIL}
    assert (identity.expires_at, identity.profile.claims()["email"]) == (NOW + 3600, ADA.email)
    exchanged, keys = requests
    assert (exchanged.method, exchanged.url.path, exchanged.url.query) == ("POST", "/token", b"")
    form = form_of(exchanged)
    assert form == {
        "grant_type": "authorization_code",
        "code": form["code"],
        "client_id": WEB,
        "client_secret": WEB_SECRET,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    assert keys.url.path == "/oauth2/v3/certs"


async def test_code_of_a_native_sdk_has_an_empty_redirect_uri() -> None:
    identity, (exchanged, _) = await log_in(issued_for=None, **NATIVE)
    assert identity.user_id == subject(ADA)
    form = form_of(exchanged)
    assert (form["redirect_uri"], "code_verifier" in form) == ("", False)


async def test_code_of_the_popup_has_a_word_for_a_redirect_uri() -> None:
    identity, (exchanged, _) = await log_in(issued_for=POPUP, **{**NATIVE, "redirect_uri": POPUP})
    assert identity.user_id == subject(ADA)
    assert form_of(exchanged)["redirect_uri"] == "postmessage"


async def test_the_popups_word_must_be_listed() -> None:
    with pytest.raises(InvalidParameter, match="redirect_uri"):
        await log_in(issued_for=POPUP, **{**NATIVE, "redirect_uri": POPUP}, redirect_uris=[CALLBACK])


async def test_code_without_a_verifier_is_refused_unless_the_operator_lets_it_pass() -> None:
    with pytest.raises(MissingParameter, match="code_verifier"):
        await log_in(issued_for=None, **{**NATIVE, "require_pkce": True})


@pytest.mark.parametrize(
    ("issued_for", "redirect_uri"), [(CALLBACK, None), (None, CALLBACK), (POPUP, CALLBACK), (CALLBACK, POPUP)]
)
async def test_redirect_uri_of_another_login_is_the_codes_fault(
    issued_for: str | None, redirect_uri: str | None
) -> None:
    with pytest.raises(InvalidProviderToken):
        await log_in(issued_for=issued_for, redirect_uri=redirect_uri)


@pytest.mark.parametrize("redirect_uri", ["https://evil.example.com/", f"{CALLBACK}/", CALLBACK.upper()])
async def test_redirect_uri_that_is_not_listed_is_refused(redirect_uri: str) -> None:
    with pytest.raises(InvalidParameter):
        await log_in(redirect_uri=redirect_uri)


async def test_code_is_refused_where_the_operator_has_set_no_web_client() -> None:
    with pytest.raises(InvalidParameter, match="code: needs web_client_id and web_client_secret"):
        await log_in(web_client_id=None, web_client_secret=None)


async def test_nonce_of_the_login_must_be_that_of_the_id_token() -> None:
    issued = {"claims": {"nonce": "sim-nonce"}}
    await log_in(nonce="sim-nonce", issued=issued)
    for nonce in ("sim-other", None):
        with pytest.raises(InvalidProviderToken):
            await log_in(nonce=nonce, issued=issued)
    with pytest.raises(InvalidProviderToken):
        await log_in(nonce="sim-nonce")


async def test_hosted_domains_hold_for_codes() -> None:
    await log_in(issued={"claims": {"hd": "example.com"}}, hosted_domains=["example.com"])
    with pytest.raises(InvalidProviderToken):
        await log_in(hosted_domains=["example.com"])


@pytest.mark.threat(1)
@pytest.mark.parametrize("claims", [{"aud": FOREIGN}, {"azp": FOREIGN}], ids=["aud", "azp"])
async def test_id_token_for_another_project_is_refused(claims: Mapping[str, str]) -> None:
    with pytest.raises(WrongAudience):
        await log_in(issued={"claims": claims})


async def test_code_that_was_not_for_openid_lacks_a_permission() -> None:
    with pytest.raises(MissingPermission):
        await log_in(issued={"scopes": (DRIVE,)})


@pytest.mark.parametrize(("late_s", "is_good"), [(599, True), (600, False)])
async def test_code_is_good_for_ten_minutes(late_s: float, is_good: bool) -> None:
    if is_good:
        await log_in(late_s=late_s)
    else:
        with pytest.raises(InvalidProviderToken):
            await log_in(late_s=late_s)


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "4/0Asim-nobody"},
        {"begun_with": "x" * 43},
        {"begun_with": None},
        {"verifier": None, "require_pkce": False},
    ],
    ids=["unknown", "other verifier", "no challenge", "no verifier"],
)
async def test_code_that_is_not_this_logins_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidProviderToken):
        await log_in(**wrong)


async def test_code_of_another_client_is_a_refusal_of_which_nobody_says_whose_fault_it_is() -> None:
    with pytest.raises(UnlistedRefusal):
        await log_in(issued={"client_id": FOREIGN})


async def test_code_is_good_once() -> None:
    simulator = GoogleSimulator(clock=lambda: NOW)
    value = simulator.exchange.issue(ADA, redirect_uri=CALLBACK, verifier=VERIFIER)
    code = AuthorizationCode.of(value, code_verifier=VERIFIER, redirect_uri=CALLBACK)
    async with exchange_for(simulator, connection={**CODE_SETTINGS}, clock=lambda: NOW) as exchange:
        await exchange.verify("google-oauth2", code)
        with pytest.raises(CredentialReused):
            await exchange.verify("google-oauth2", code)
    async with exchange_for(simulator, connection={**CODE_SETTINGS}, clock=lambda: NOW) as exchange:
        with pytest.raises(InvalidProviderToken):  # another storage has forgotten it: Google has not
            await exchange.verify("google-oauth2", code)


@pytest.mark.threat(49)
async def test_wrong_secret_is_the_operators_fault() -> None:
    with pytest.raises(ProviderMisconfigured):
        await log_in(web_client_secret="wrong")


async def test_client_that_google_does_not_know_is_the_operators_fault() -> None:
    with pytest.raises(ProviderMisconfigured):
        await log_in(client_ids=[WEB, "nobody"], web_client_id="nobody")


@pytest.mark.parametrize("error", EXCHANGE_ERRORS)
async def test_refusal_is_classified_by_its_code(error: str) -> None:
    answer = (int(error), b"<!DOCTYPE html>") if error.isdigit() else (400, {"error": error})
    with pytest.raises(ExchangeError) as raised:
        await log_in(answer=answer)
    assert type(raised.value) is EXCHANGE_ERRORS[error].error
    assert error in raised.value.detail


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"error": "invalid_request", "error_description": "In words."}, UnlistedRefusal),
        (401, {"error": "invalid_request"}, UnlistedRefusal),
        (401, {"error": "unauthorized_client"}, UnlistedRefusal),
        (401, {"error": "invalid_token"}, UnlistedRefusal),
        (429, {"error": "invalid_grant"}, ProviderRateLimited),
        (404, b"", ProviderProtocolError),
        (503, {"error": "invalid_grant"}, ProviderUnavailable),
        (400, b"<!DOCTYPE html>", ProviderUnavailable),
        (200, b"<!DOCTYPE html>", ProviderUnavailable),
        (200, [], ProviderUnavailable),
        (200, {"error": "invalid_grant"}, InvalidProviderToken),
        (200, {}, ProviderUnavailable),
        (200, {"access_token": 1, "id_token": "a.b.c"}, ProviderUnavailable),
        (200, {"access_token": "a"}, MissingPermission),
        (200, {"access_token": "a", "id_token": 1}, ProviderUnavailable),
        (200, {"access_token": "a", "id_token": "a.b.c", "scope": []}, ProviderUnavailable),
        (200, {"access_token": "a", "id_token": "a.b.c", "expires_in": 0}, ProviderUnavailable),
        (200, {"access_token": "a", "id_token": "a.b.c", "expires_in": "3599"}, ProviderUnavailable),
        (200, {"access_token": "a", "id_token": "a.b.c"}, InvalidProviderToken),
    ],
)
async def test_answer_that_holds_no_good_id_token_is_classified(
    status: int, body: object, expected: type[ExchangeError]
) -> None:
    with pytest.raises(ExchangeError) as raised:
        await log_in(answer=(status, body))
    assert type(raised.value) is expected


async def test_exchange_that_fails_is_never_tried_again() -> None:
    simulator = GoogleSimulator(clock=lambda: NOW)
    between = Between(simulator, (503, b""))
    async with exchange_for(
        simulator, connection={**CODE_SETTINGS}, transport=between, clock=lambda: NOW, limits={"provider_retries": 2}
    ) as exchange:
        code = AuthorizationCode.of("c", code_verifier=VERIFIER, redirect_uri=CALLBACK)
        with pytest.raises(ProviderUnavailable):
            await exchange.verify("google-oauth2", code)
    assert len(between.requests) == 1
