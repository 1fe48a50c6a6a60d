"""RFC 8693 at the token endpoint: the same exchange over the standard's wire."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, get_args

import pytest
from core.tests.acme import Acme, Brings
from core.tests.bench import ISSUER, Bench, assert_refused
from core.tests.codes import A_JWT, CodesSettings
from core.tests.oauth.access_token.verifier import verified
from core.tests.oauth.support import (
    CLIENT_ERROR,
    EXCHANGE,
    SECRET,
    ask,
    ask_by_form,
    basic,
    the_line,
    token_bench,
)

from accredit import AppBound, Verification, VerifyContext
from accredit.credentials import Credential, CredentialKind
from accredit.settings import EXCHANGE_GRANT

ACCESS = "urn:ietf:params:oauth:token-type:access_token"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
JWT = "urn:ietf:params:oauth:token-type:jwt"
AUTH0 = "http://auth0.com/oauth/token-type/"
API = "https://api.example.com"
GOOD = {
    "grant_type": EXCHANGE,
    "client_id": "app",
    "subject_token": "good-token",
    "subject_token_type": ACCESS,
    "connection": "acme",
}
NATIVE = {name: value for name, value in GOOD.items() if name not in {"connection", "subject_token_type"}}


async def test_it_answers_as_the_exchange_does_and_names_the_type(wire: Bench) -> None:
    response = await ask(wire, **GOOD, scope="openid profile offline_access", audience=API, device="phone", state="s")
    body = response.json()

    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert (body["issued_token_type"], body["token_type"], body["state"]) == (ACCESS, "Bearer", "s")
    assert body["scope"] == "openid profile offline_access"
    assert set(body) == {
        *("access_token", "token_type", "expires_in", "scope", "id_token", "refresh_token", "state"),
        "issued_token_type",
    }
    claims = await verified(wire, body["access_token"], audience=API)
    assert (claims["sub"], claims["client_id"]) == ("acme|1000", "app")
    assert (await verified(wire, body["id_token"], audience="app"))["name"] == "Ada Lovelace"
    [session] = wire.storage.kept.values()
    assert (session.client_id, session.device, session.audience) == ("app", "phone", API)


async def test_it_leaves_the_event_of_an_exchange_and_no_other(wire: Bench) -> None:
    await ask(wire, **GOOD)
    assert (wire.event.outcome, wire.event.client_id, wire.event.connection) == ("accepted", "app", "acme")
    assert the_line(wire)["event"] == "exchange.accepted"

    wire.events.clear()
    wire.log.lines.clear()
    await ask(wire, **{**GOOD, "subject_token": "bad"})
    assert (wire.event.outcome, wire.event.reason) == ("refused", "invalid_token")
    assert the_line(wire)["event"] == "exchange.refused"


async def test_a_form_does_what_json_does(wire: Bench) -> None:
    assert (await ask_by_form(wire, **GOOD)).status_code == 200


async def test_a_confidential_client_must_authenticate(wire: Bench) -> None:
    assert_refused(await ask(wire, **{**GOOD, "client_id": "svc"}), *CLIENT_ERROR)
    wire.assert_untouched()

    response = await ask(wire, basic("svc", SECRET), **{**GOOD, "client_id": None})
    assert response.status_code == 200
    assert (await verified(wire, response.json()["access_token"], audience=ISSUER))["client_id"] == "svc"


async def test_each_wire_is_a_grant_of_its_own() -> None:
    for allowed, refused in ((EXCHANGE, EXCHANGE_GRANT), (EXCHANGE_GRANT, EXCHANGE)):
        async with token_bench({"clients": {"app": {"grant_types": [allowed]}}}) as wire:
            standard, original = await ask(wire, **GOOD), await wire.post()
        good, bad = (standard, original) if allowed == EXCHANGE else (original, standard)

        assert good.status_code == 200
        error = f"Grant type '{refused}' not allowed for the client."
        assert_refused(bad, 403, "unauthorized_client", error)


REFUSED: list[tuple[dict[str, Any], tuple[int, str, str]]] = [
    ({"subject_token": None}, (400, "invalid_request", "missing subject_token parameter")),
    ({"subject_token_type": None}, (400, "invalid_request", "missing subject_token_type parameter")),
    ({"connection": None}, (400, "invalid_request", "missing connection parameter")),
    ({"connection": None, "subject_token_type": ID_TOKEN}, (400, "invalid_request", "missing connection parameter")),
    ({"subject_token_type": "x"}, (400, "invalid_request", "invalid subject_token_type parameter")),
    ({"subject_token_type": ACCESS.upper()}, (400, "invalid_request", "invalid subject_token_type parameter")),
    (
        {"subject_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        (400, "invalid_request", "invalid subject_token_type parameter"),
    ),
    ({"subject_token_type": ID_TOKEN}, (400, "invalid_request", "invalid subject_token parameter")),
    ({"subject_token_type": JWT}, (400, "invalid_request", "invalid subject_token parameter")),
    ({"subject_token": "é"}, (400, "invalid_request", "invalid subject_token parameter")),
    ({"subject_token": "a\r\nb"}, (400, "invalid_request", "invalid subject_token parameter")),
    ({"subject_token": 7}, (400, "invalid_request", "invalid subject_token parameter")),
    ({"nonce": "é"}, (400, "invalid_request", "invalid nonce parameter")),
    ({"requested_token_type": ID_TOKEN}, (400, "invalid_request", "invalid requested_token_type parameter")),
    ({"actor_token": "x"}, (400, "invalid_request", "invalid actor_token parameter")),
    ({"actor_token_type": ACCESS}, (400, "invalid_request", "invalid actor_token_type parameter")),
    ({"connection": "nope"}, (400, "invalid_request", "the connection was not found")),
    ({"connection": "off"}, (400, "invalid_request", "the connection was disabled")),
    ({"connection": "acme-game"}, (400, "invalid_request", "the connection was disabled")),
    ({"audience": "x"}, (400, "invalid_target", "the audience is not allowed for the client")),
    ({"resource": "x"}, (400, "invalid_target", "the audience is not allowed for the client")),
    ({"resource": ISSUER, "audience": API}, (400, "invalid_target", "the audience is not allowed for the client")),
]


@pytest.mark.parametrize(("changed", "answer"), REFUSED, ids=lambda value: str(value)[:60])
@pytest.mark.threat(13)
async def test_a_request_that_is_wrong_is_refused_before_the_provider_is_asked(
    wire: Bench, changed: dict[str, Any], answer: tuple[int, str, str]
) -> None:
    assert_refused(await ask(wire, **{**GOOD, **changed}), *answer)
    wire.assert_untouched()


@pytest.mark.parametrize("token", ["bad", "foreign-token"])
async def test_a_token_the_provider_or_we_reject_is_refused(wire: Bench, token: str) -> None:
    response = await ask(wire, **{**GOOD, "subject_token": token})

    assert_refused(response, 401, "invalid_request", "invalid access_token: invalid_token")


async def test_a_resource_is_an_audience(wire: Bench) -> None:
    for target in ({"resource": API}, {"resource": API, "audience": API}):
        body = (await ask(wire, **GOOD, **target)).json()
        assert (await verified(wire, body["access_token"], audience=API))["aud"] == API


async def test_the_only_type_that_can_be_requested_is_the_one_there_is(wire: Bench) -> None:
    assert (await ask(wire, **GOOD, requested_token_type=ACCESS)).status_code == 200


PROFILES = [
    {"email": "boss@example.com", "email_verified": True, "name": "Boss", "sub": "acme|1"},
    json.dumps({"email": "boss@example.com", "email_verified": True}),
    "{", 7, None, [], {"name": {"firstName": "Boss"}},
]  # fmt: skip


@pytest.mark.parametrize("profile", PROFILES, ids=str)
async def test_user_profile_is_accepted_and_never_believed(wire: Bench, profile: object) -> None:
    response = await ask(wire, **GOOD, scope="openid profile email", user_profile=profile)
    claims = await verified(wire, response.json()["id_token"], audience="app")

    assert response.status_code == 200
    assert (claims["sub"], claims["name"]) == ("acme|1000", "Ada Lovelace")
    assert (claims["email"], claims["email_verified"]) == ("ada@example.com", False)


class Native(Acme):
    """Its SDKs have types of their own, and name no connection."""

    settings_type = CodesSettings
    accepts = frozenset({"access_token", "id_token", "code", "signed_payload"})
    token_types: ClassVar[Mapping[str, CredentialKind]] = {f"{AUTH0}{kind}": kind for kind in get_args(CredentialKind)}

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        return Verification(user_id=credential.kind, audience=AppBound("acme-app"), claims={})


TYPED = {**NATIVE, "code_verifier": "v" * 43}


@pytest.mark.parametrize("kind", get_args(CredentialKind))
async def test_a_type_of_a_provider_names_kind_and_connection(kind: CredentialKind) -> None:
    async with token_bench(acme=Native) as wire:
        token = A_JWT if kind == "id_token" else "opaque"
        await ask(wire, **{**TYPED, "subject_token": token, "subject_token_type": AUTH0 + kind})

        assert (wire.event.outcome, wire.event.connection, wire.event.subject) == ("accepted", "acme", f"acme|{kind}")


async def test_what_a_provider_calls_its_access_token_may_be_an_id_token() -> None:
    async with token_bench(acme=Native) as wire:
        await ask(wire, **{**TYPED, "subject_token": A_JWT, "subject_token_type": AUTH0 + "access_token"})

        assert wire.event.subject == "acme|id_token"


async def test_a_type_that_no_connection_has_is_refused(wire: Bench) -> None:
    response = await ask(wire, **NATIVE, subject_token_type=f"{AUTH0}code")

    assert_refused(response, 400, "invalid_request", "invalid subject_token_type parameter")
    wire.assert_untouched()


async def test_a_type_of_a_provider_is_not_for_another_one() -> None:
    async with token_bench(acme=Native) as wire:
        response = await ask(wire, **TYPED, subject_token_type=f"{AUTH0}code", connection="globex")

        assert_refused(response, 400, "invalid_request", "invalid connection parameter")
        wire.assert_untouched()


async def test_a_type_of_a_provider_and_a_connection_that_is_not_there() -> None:
    async with token_bench(acme=Native) as wire:
        response = await ask(wire, **TYPED, subject_token_type=f"{AUTH0}code", connection="nope")

        assert_refused(response, 400, "invalid_request", "the connection was not found")


class NativeToo(Native):
    """Another strategy, which calls its codes as the first one calls its ID tokens."""

    name = "hooli"
    token_types: ClassVar[Mapping[str, CredentialKind]] = {f"{AUTH0}id_token": "code"}


async def test_a_type_of_two_providers_means_what_the_named_one_says() -> None:
    settings = {
        "connections": {"hooli": {"app_ids": ["acme-app"]}},
        "clients": {"app": {"connections": ["acme", "hooli"]}},
    }
    async with token_bench(settings, acme=Native, plugins=[Brings(NativeToo)]) as wire:
        asked = {**TYPED, "subject_token_type": f"{AUTH0}id_token"}
        response = await ask(wire, **asked)
        assert_refused(response, 400, "invalid_request", "missing connection parameter")
        wire.assert_untouched()
        await ask(wire, **asked, connection="hooli")
        assert wire.event.subject == "hooli|code"
        wire.forget()
        await ask(wire, **{**asked, "subject_token": A_JWT}, connection="acme")
        assert wire.event.subject == "acme|id_token"


async def test_an_id_token_by_its_type_must_be_one() -> None:
    async with token_bench(acme=Native) as wire:
        response = await ask(wire, **TYPED, subject_token_type=f"{AUTH0}id_token")

        assert_refused(response, 400, "invalid_request", "invalid subject_token parameter")
        wire.assert_untouched()


async def test_a_code_on_this_wire_needs_what_it_needs_on_the_other() -> None:
    async with token_bench(acme=Native) as wire:
        kind = {"subject_token_type": f"{AUTH0}code"}
        assert_refused(await ask(wire, **NATIVE, **kind), 400, "invalid_request", "missing code_verifier parameter")
        uri = {"redirect_uri": "https://app.example.com/elsewhere"}
        assert_refused(
            await ask(wire, **TYPED, **kind, **uri), 400, "invalid_request", "invalid redirect_uri parameter"
        )
        too_long = {**TYPED, "code_verifier": "v" * 129}
        assert_refused(await ask(wire, **too_long, **kind), 400, "invalid_request", "invalid code_verifier parameter")
        wire.assert_untouched()


@pytest.mark.parametrize("kind", get_args(CredentialKind))
async def test_a_token_secret_is_printable_beside_whatever_it_stands(kind: CredentialKind) -> None:
    async with token_bench(acme=Native) as wire:
        sent = {**TYPED, "subject_token": A_JWT, "subject_token_type": AUTH0 + kind}
        refused = await ask(wire, **sent, access_token_secret="\x85")
        assert_refused(refused, 400, "invalid_request", "invalid access_token_secret parameter")
        wire.assert_untouched()
        await ask(wire, **sent, access_token_secret="hush")
        assert wire.event.outcome == "accepted"


async def test_the_bearer_policy_holds_on_this_wire_too(wire: Bench) -> None:
    sentence = "the Authorization header must hold a live access token with the exchange scope"
    strict = {**GOOD, "client_id": "strict"}
    response = await ask(wire, **strict)
    assert_refused(response, 401, "invalid_token", sentence)
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'

    token = (await wire.post(client_id="partner", scope="exchange")).json()["access_token"]
    assert (await ask(wire, {"Authorization": f"Bearer {token}"}, **strict)).status_code == 200


async def test_a_refresh_token_of_this_wire_is_refreshed(wire: Bench) -> None:
    token = (await ask(wire, **GOOD, scope="openid offline_access")).json()["refresh_token"]
    response = await ask(wire, grant_type="refresh_token", client_id="app", refresh_token=token)

    assert response.status_code == 200
    assert "issued_token_type" not in response.json()


async def test_the_issuer_is_an_audience_for_everybody(wire: Bench) -> None:
    for name in ("audience", "resource"):
        response = await ask(wire, **{**GOOD, name: "https://login.example.com/"})

        assert response.status_code == 200
