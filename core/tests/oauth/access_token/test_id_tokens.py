"""A provider's ID token in `access_token`: recognised by its form, verified locally, bound by its nonce."""

import base64
import hashlib
from typing import Any

import httpx
import pytest
from core.tests.acme import ISSUER, acme_that, answer
from core.tests.bench import NOW, Bench, assert_refused, bench
from core.tests.oauth.access_token.verifier import verified

from accredit import VerifyContext
from accredit.credentials import Credential
from accredit.keys.jose import SigningKey

REJECTED = (401, "invalid_request", "invalid access_token: invalid_token")


def _id_token(wire: Bench, key: SigningKey | None = None, **changed: Any) -> str:
    claims = {"iss": ISSUER, "sub": "1000", "aud": "acme-app", "exp": NOW + 60, "iat": NOW, "name": "Ada Lovelace"}
    claims = {name: value for name, value in {**claims, **changed}.items() if value is not None}
    return (key or wire.provider.key).sign(claims, typ="JWT")


async def test_a_providers_id_token_is_accepted(wire: Bench) -> None:
    response = await wire.post(access_token=_id_token(wire), scope="openid profile")

    assert response.status_code == 200
    assert (await verified(wire, response.json()["id_token"], audience="app"))["name"] == "Ada Lovelace"
    assert (wire.event.subject, wire.event.audience_proof) == ("acme|1000", "JwtAudience")
    assert [str(request.url) for request in wire.provider.requests] == ["https://keys.acme.example/jwks"]


@pytest.mark.threat(5, 7, 8)
@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "their-app"},
        {"aud": "acme-ap"},
        {"aud": "ACME-APP"},
        {"aud": ["acme-app", "their-app"]},
        {"aud": []},
        {"aud": 7},
        {"aud": None},
        {"azp": "their-app"},
        {"iss": "https://evil.example"},
        {"exp": NOW},
        {"sub": None},
    ],
)
async def test_one_that_is_not_for_us_or_not_good_is_refused(wire: Bench, changed: dict[str, Any]) -> None:
    response = await wire.post(access_token=_id_token(wire, **changed), scope="openid offline_access")

    assert_refused(response, *REJECTED)
    assert wire.event.reason in {"wrong_audience", "invalid_token"}
    assert wire.storage.kept == {}


@pytest.mark.parametrize("changed", [{"aud": ["acme-app"]}, {"azp": "acme-app"}, {"exp": NOW + 1}])
async def test_its_neighbours_are_accepted(wire: Bench, changed: dict[str, Any]) -> None:
    assert (await wire.post(access_token=_id_token(wire, **changed))).status_code == 200


TRUSTING = {"connections": {"acme": {"trusted_audiences": ["their-api", "their-app"]}}}


@pytest.mark.parametrize(
    "changed",
    [{"aud": ["acme-app", "their-api"]}, {"aud": ["their-api", "their-app", "acme-app"], "azp": "acme-app"}],
)
async def test_a_trusted_audience_may_stand_beside_ours(changed: dict[str, Any]) -> None:
    async with bench(TRUSTING) as wire:
        assert (await wire.post(access_token=_id_token(wire, **changed))).status_code == 200


@pytest.mark.threat(5)
@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "their-app"},
        {"aud": ["their-api", "their-app"]},
        {"aud": "their-app", "azp": "acme-app"},
        {"aud": ["acme-app", "their-app"], "azp": "their-app"},
        {"aud": ["acme-app", "their-app", "another"]},
        {"aud": ["acme-app", "THEIR-APP"]},
    ],
)
async def test_a_trusted_audience_lets_nothing_else_pass(changed: dict[str, Any]) -> None:
    async with bench(TRUSTING) as wire:
        response = await wire.post(access_token=_id_token(wire, **changed), scope="openid offline_access")

        assert_refused(response, *REJECTED)
        assert wire.event.reason == "wrong_audience"
        assert wire.storage.kept == {}


@pytest.mark.threat(5)
async def test_what_one_connection_trusts_another_does_not() -> None:
    async with bench(TRUSTING) as wire:
        token = _id_token(wire, aud=["acme-app", "their-api"])
        for_game = _id_token(wire, aud=["acme-game-app", "their-api"])
        assert (await wire.post(access_token=token)).status_code == 200
        assert_refused(await wire.post(client_id="other", connection="acme-game", access_token=for_game), *REJECTED)


async def test_one_signed_by_somebody_else_is_refused(wire: Bench) -> None:
    forged = SigningKey({**SigningKey.generate("ES256").private_jwk(), "kid": wire.provider.key.kid})

    assert_refused(await wire.post(access_token=_id_token(wire, forged)), *REJECTED)


@pytest.mark.parametrize(
    ("sent", "stated"),
    [
        (None, None),
        ("n-1", "n-1"),
        ("n-1", hashlib.sha256(b"n-1").hexdigest()),
        ("n-1", hashlib.sha256(b"n-1").hexdigest().upper()),
        ("n-1", base64.urlsafe_b64encode(hashlib.sha256(b"n-1").digest()).rstrip(b"=").decode()),
    ],
)
async def test_a_nonce_on_both_sides_or_on_neither_is_accepted(
    wire: Bench, sent: str | None, stated: str | None
) -> None:
    assert (await wire.post(access_token=_id_token(wire, nonce=stated), nonce=sent)).status_code == 200


@pytest.mark.threat(10)
@pytest.mark.parametrize(
    ("sent", "stated"),
    [
        ("n-1", None),
        (None, "n-1"),
        ("n-1", "n-2"),
        ("n-1", "N-1"),
        ("N-1", hashlib.sha256(b"n-1").hexdigest()),
        (hashlib.sha256(b"n-1").hexdigest(), "n-1"),
        ("n-1", 7),
    ],
)
async def test_any_other_nonce_is_refused(wire: Bench, sent: str | None, stated: Any) -> None:
    response = await wire.post(access_token=_id_token(wire, nonce=stated), nonce=sent, scope="openid offline_access")

    assert_refused(response, *REJECTED)
    assert wire.event.detail.startswith("nonce ")
    assert wire.storage.kept == {}


@pytest.mark.threat(9)
@pytest.mark.parametrize("field", ["access_token", "id_token"])
async def test_our_own_token_is_no_providers_token(wire: Bench, field: str) -> None:
    ours = (await wire.post(scope="openid")).json()[field]

    assert_refused(await wire.post(access_token=ours), *REJECTED)


async def test_keys_that_cannot_be_had_mean_try_again_and_an_alert(wire: Bench) -> None:
    wire.provider.answer = answer(500, {})

    response = await wire.post(access_token=_id_token(wire))

    assert_refused(response, 503, "temporarily_unavailable", "the identity provider is not available, try again later")
    [(level, alert), _] = wire.log.events()
    assert (level, alert["event"], alert["url"]) == ("critical", "jwks.fetch_failed", "https://keys.acme.example/jwks")


async def test_a_transport_made_for_tests_will_do(wire: Bench) -> None:
    # Such a transport answers with a response that has been read already.
    wire.provider.answer = httpx.Response(200, json={"id": "1000", "app": "acme-app"})

    assert (await wire.post()).status_code == 200


@pytest.mark.threat(44)
async def test_a_strategy_that_wants_a_key_set_from_elsewhere_is_refused_with_an_alert() -> None:
    async def verify(token: Credential, ctx: VerifyContext) -> None:
        await ctx.verify_id_token(token, jwks_url="http://169.254.169.254/", issuers={ISSUER}, algorithms=("ES256",))

    async with bench(acme=acme_that(verify)) as wire:
        response = await wire.post(access_token=_id_token(wire), scope="openid offline_access")

        assert_refused(response, 500, "server_error", "the server could not complete the request")
        assert (wire.event.reason, wire.event.alert) == ("plugin_failed", True)
        assert wire.event.detail == "the strategy did not declare the host 169.254.169.254"
        wire.assert_untouched()


@pytest.mark.threat(44)
async def test_the_fetch_of_the_key_set_is_in_the_event_of_the_login_that_caused_it(wire: Bench) -> None:
    await wire.post(access_token=_id_token(wire))
    await wire.post(access_token=_id_token(wire))

    first, second = wire.events
    assert [(call.method, call.url, call.status) for call in first.calls] == [
        ("GET", "https://keys.acme.example/jwks", 200)
    ]
    assert second.calls == ()


@pytest.mark.threat(56)
@pytest.mark.parametrize("step_s", [86_400, -86_400])
async def test_a_clock_that_was_wrong_for_a_while_keeps_no_new_key_out(wire: Bench, step_s: int) -> None:
    wire.clock.now += step_s
    times: dict[str, Any] = {"iat": NOW + step_s, "exp": NOW + step_s + 60}
    assert (await wire.post(access_token=_id_token(wire, **times))).status_code == 200
    wire.clock.now -= step_s
    wire.clock.advance(30)
    wire.provider.key = SigningKey.generate("ES256")

    assert (await wire.post(access_token=_id_token(wire))).status_code == 200


@pytest.mark.threat(22)
async def test_an_unknown_kid_is_put_off_and_not_refused_while_the_keys_may_not_be_asked_for(wire: Bench) -> None:
    await wire.post(access_token=_id_token(wire, SigningKey.generate("ES256")))
    wire.provider.key = SigningKey.generate("ES256")

    response = await wire.post(access_token=_id_token(wire), scope="openid offline_access")

    assert_refused(response, 503, "temporarily_unavailable", "the identity provider is not available, try again later")
    assert response.headers["retry-after"] == "1"
    assert not wire.events[-1].alert
    wire.clock.advance(1)
    assert (await wire.post(access_token=_id_token(wire))).status_code == 200


async def test_a_key_set_that_was_down_for_a_moment_is_back_after_a_second(wire: Bench) -> None:
    wire.provider.answer = answer(500, {})
    assert (await wire.post(access_token=_id_token(wire))).status_code == 503
    wire.provider.answer = None
    assert (await wire.post(access_token=_id_token(wire))).headers["retry-after"] == "1"
    wire.clock.advance(1)

    assert (await wire.post(access_token=_id_token(wire))).status_code == 200
