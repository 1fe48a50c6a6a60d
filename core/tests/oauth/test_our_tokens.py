"""A token of ours that was cut, extended, altered or signed by somebody else is refused wherever one is taken."""

import jwt
import pytest
from core.tests.bench import EVERYTHING, Bench, assert_refused
from core.tests.oauth.presented import INVALID_TOKEN, SVC, call, introspect, spoilt, userinfo
from core.tests.oauth.support import GRANT_ERROR, ask, log_in, refresh, token_bench

from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey


async def test_spoilt_access_tokens_are_refused_everywhere(wire: Bench) -> None:
    good = (await log_in(wire, EVERYTHING))["access_token"]
    for token in spoilt(good, kid=wire.exchange.engine.keys.current.kid):
        assert_refused(await userinfo(wire, token), *INVALID_TOKEN)
        assert (await introspect(wire, token)).json() == {"active": False}
        revoked = await call(wire, "/oauth/revoke", client_id="app", token=token)
        assert (revoked.status_code, revoked.content) == (200, b"")
        assert (await wire.post(main_access_token=token)).status_code == 401
        bearer = {"Authorization": f"Bearer {token}"}
        assert (await wire.post(bearer, client_id="strict")).status_code == 401
    assert (await userinfo(wire, good)).status_code == 200
    assert (await introspect(wire, good)).json()["active"] is True


async def test_spoilt_id_tokens_are_refused(wire: Bench) -> None:
    good = (await log_in(wire, EVERYTHING))["id_token"]
    for token in spoilt(good, kid=wire.exchange.engine.keys.current.kid):
        assert_refused(await call(wire, "/tokeninfo", id_token=token), *INVALID_TOKEN)
    assert (await call(wire, "/tokeninfo", id_token=good)).status_code == 200


async def test_spoilt_refresh_tokens_are_unknown(wire: Bench) -> None:
    good = (await log_in(wire))["refresh_token"]
    for token in (good[:-1], good[1:], good + "A", good + "=", good.swapcase(), good + ".", good + good):
        assert_refused(await refresh(wire, token), *GRANT_ERROR)
        assert (await introspect(wire, token)).json() == {"active": False}
        await call(wire, "/oauth/revoke", client_id="app", token=token)
    assert (await refresh(wire, good)).status_code == 200


@pytest.mark.parametrize("alg", ["RS256", "EdDSA"])
async def test_the_same_holds_for_every_algorithm(alg: str) -> None:
    async with token_bench(alg=alg) as wire:
        good = (await log_in(wire))["access_token"]
        for token in spoilt(good, kid=wire.exchange.engine.keys.current.kid):
            assert_refused(await userinfo(wire, token), *INVALID_TOKEN)
        assert (await userinfo(wire, good)).status_code == 200


async def test_the_public_key_is_no_hmac_secret(wire: Bench) -> None:
    good = (await log_in(wire))["access_token"]
    key = wire.exchange.engine.keys.current
    for secret in (str(key.public_jwk()["x"]), key.kid, "secret" * 6):
        forged = jwt.encode(
            jwt.decode(good, options={"verify_signature": False}),
            secret.ljust(32, "_"),
            algorithm="HS256",
            headers={"kid": key.kid, "typ": "at+jwt"},
        )
        assert_refused(await userinfo(wire, forged), *INVALID_TOKEN)


async def test_tokens_of_a_revoked_key_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async with token_bench() as wire:
        body = await log_in(wire, EVERYTHING)
        old, new = wire.exchange.engine.keys.all[-1], SigningKey.generate("ES256")
        ring = wire.exchange.engine._key_ring
        monkeypatch.setattr(ring, "_keys", SigningKeys([old, new]))
        assert (await userinfo(wire, body["access_token"])).status_code == 200
        monkeypatch.setattr(ring, "_keys", SigningKeys([new]))
        assert_refused(await userinfo(wire, body["access_token"]), *INVALID_TOKEN)
        assert_refused(await call(wire, "/tokeninfo", id_token=body["id_token"]), *INVALID_TOKEN)
        assert (await introspect(wire, body["access_token"])).json() == {"active": False}


async def test_nobody_gets_an_audience_or_scope_it_was_not_given(wire: Bench) -> None:
    foreign = await wire.post(scope="openid", audience="https://other.example")
    assert_refused(foreign, 400, "invalid_target", "the audience is not allowed for the client")
    body = await log_in(wire, "openid exchange write:orders admin offline_access")
    assert body["scope"] == "openid offline_access"
    wider = (await refresh(wire, body["refresh_token"], scope="openid admin email")).json()
    assert wider["scope"] == "openid"
    assert (await userinfo(wire, wider["access_token"])).json() == {"sub": "acme|1000"}
    own = await ask(wire, SVC, grant_type="client_credentials", audience="https://other.example")
    assert_refused(own, 400, "invalid_target", "the audience is not allowed for the client")
