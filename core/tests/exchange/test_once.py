"""What is good once: our own nonces, ID tokens where a connection wants it, and codes."""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, ClassVar

import httpx
import pytest
from core.tests.acme import ISSUER, Acme, AcmeSettings, Brings, Globex, Provider
from core.tests.bench import NOW, SETTINGS, Bench, Clock, ListLogger, assert_refused, bench, merged, signing_key

from accredit import (
    AuthorizationCode,
    CodeExchanged,
    ConfigurationError,
    Credential,
    Exchange,
    ExchangeRequest,
    IdToken,
    Settings,
    Signer,
    Verification,
    Verifier,
    VerifyContext,
    hookimpl,
)
from accredit.credentials import AccessToken, CredentialKind
from accredit.errors import AccessDenied, CredentialReused, MissingParameter, ProviderUnavailable, StorageFailed
from accredit.exchange.once import UsedHere, _content_of, _end_of
from accredit.settings import CodeSettings
from accredit.storage import MemoryStorage

REJECTED = (401, "invalid_request", "invalid access_token: invalid_token")
UNAVAILABLE = (503, "temporarily_unavailable", "the service is not available, try again later")
ISSUED: Mapping[str, Any] = {"connections": {"acme": {"nonce": "issued", "cache_s": 30}}}
SINGLE: Mapping[str, Any] = {"connections": {"acme": {"single_use_id_tokens": True, "cache_s": 30}}}


def id_token(wire: Bench, nonce: str | None = None, **claims: Any) -> str:
    known = {"iss": ISSUER, "sub": "1000", "aud": "acme-app", "exp": NOW + 60, "iat": NOW}
    return wire.provider.key.sign({**known, **({"nonce": nonce} if nonce else {}), **claims}, typ="JWT")


async def issued(wire: Bench, client_id: str = "app", connection: str = "acme") -> str:
    return await wire.exchange.issue_nonce(client_id=client_id, connection=connection)


def hex_of(nonce: str) -> str:
    return sha256(nonce.encode()).hexdigest()


def base64_of(nonce: str) -> str:
    return base64.urlsafe_b64encode(sha256(nonce.encode()).digest()).decode().rstrip("=")


FORMS = pytest.mark.parametrize("form", [str, hex_of, base64_of], ids=["raw", "hex", "base64url"])


@pytest.mark.threat(10)
@FORMS
async def test_an_issued_nonce_is_good_once(form: Any) -> None:
    async with bench(ISSUED) as wire:
        nonce = await issued(wire)
        token = id_token(wire, form(nonce))

        assert (await wire.post(access_token=token, nonce=nonce)).status_code == 200
        wire.forget()
        assert_refused(await wire.post(access_token=token, nonce=nonce), *REJECTED)
        assert (wire.event.reason, wire.event.detail) == ("credential_reused", "nonce: used before")
        assert wire.event.checks[-1].name == "use_up"
        assert_refused(await wire.post(access_token=id_token(wire, nonce, jti="another"), nonce=nonce), *REJECTED)


@pytest.mark.threat(10)
async def test_of_many_logins_at_once_with_one_nonce_one_is_let_in() -> None:
    async with bench(ISSUED) as wire:
        nonce = await issued(wire)
        token = id_token(wire, nonce)
        answers = await asyncio.gather(*(wire.post(access_token=token, nonce=nonce) for _ in range(20)))

        assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19


@pytest.mark.threat(10)
async def test_another_node_knows_it_and_knows_that_it_was_used() -> None:
    async with bench(ISSUED) as wire:
        other = Exchange(
            Settings.model_validate(merged(SETTINGS, ISSUED)),
            plugins=[Brings(Acme, Globex)],
            transport=wire.provider,
            clock=wire.clock,
            storage=wire.storage,
            keys=wire.exchange.engine.keys,
            logger=wire.log,
        )
        async with other:
            first, second = await issued(wire), await issued(wire)
            identity = await other.verify("acme", IdToken.of(id_token(wire, first), nonce=first), client_id="app")
            assert identity.user_id == "1000"
            assert_refused(await wire.post(access_token=id_token(wire, first), nonce=first), *REJECTED)
            assert (await wire.post(access_token=id_token(wire, second), nonce=second)).status_code == 200
            with pytest.raises(CredentialReused):
                await other.verify("acme", IdToken.of(id_token(wire, second), nonce=second), client_id="app")


@pytest.mark.threat(10)
@pytest.mark.parametrize(
    ("client_id", "connection"), [("partner", "acme"), ("app", "globex")], ids=["client", "connection"]
)
async def test_a_nonce_of_another_client_or_connection_is_refused_before_the_provider_is_asked(
    client_id: str, connection: str
) -> None:
    async with bench(ISSUED) as wire:
        nonce = await issued(wire, client_id, connection)

        assert_refused(await wire.post(access_token=id_token(wire, nonce), nonce=nonce), *REJECTED)
        assert wire.event.detail == "nonce was not issued here for this client and connection"
        assert wire.event.checks[-1].name == "check_nonce"
        wire.assert_untouched()


@pytest.mark.threat(10)
async def test_a_nonce_of_the_clients_own_is_refused_and_so_is_none() -> None:
    async with bench(ISSUED) as wire:
        for sent, stated in (("n-1", "n-1"), (None, None), (None, "n-1")):
            wire.forget()
            assert_refused(await wire.post(access_token=id_token(wire, stated), nonce=sent), *REJECTED)
        assert wire.event.detail == 'nonce is not in the request (setting nonce = "issued")'
        nonce = await issued(wire)
        for stated in (None, "n-1", await issued(wire)):
            assert_refused(await wire.post(access_token=id_token(wire, stated), nonce=nonce), *REJECTED)
        hashed = hex_of(nonce)  # what anybody can read in the token
        assert_refused(await wire.post(access_token=id_token(wire, hashed), nonce=hashed), *REJECTED)
        assert (await wire.post(access_token=id_token(wire, nonce), nonce=nonce)).status_code == 200


@pytest.mark.threat(10)
async def test_a_nonce_that_has_expired_is_refused() -> None:
    async with bench(ISSUED) as wire:
        nonce = await issued(wire)
        wire.clock.advance(600)

        token = id_token(wire, nonce, exp=NOW + 1000)
        assert_refused(await wire.post(access_token=token, nonce=nonce), *REJECTED)
        assert wire.event.detail == "nonce has expired"


@pytest.mark.threat(56)
@pytest.mark.parametrize("hours", [-24, 24])
async def test_a_clock_that_is_put_forward_and_back_makes_no_used_nonce_new(hours: int) -> None:
    async with bench(ISSUED) as wire:
        nonce = await issued(wire)
        token = id_token(wire, nonce)
        assert (await wire.post(access_token=token, nonce=nonce)).status_code == 200
        wire.clock.now += hours * 3600
        other = await issued(wire)
        later = int(wire.clock.now)
        await wire.post(access_token=id_token(wire, other, iat=later, exp=later + 60), nonce=other)
        wire.clock.now -= hours * 3600

        assert_refused(await wire.post(access_token=token, nonce=nonce), *REJECTED)


async def test_an_access_token_needs_no_nonce_and_uses_none_up() -> None:
    async with bench(ISSUED) as wire:
        nonce = await issued(wire)

        assert (await wire.post()).status_code == 200
        assert (await wire.post(nonce="the app's own")).status_code == 200
        assert (await wire.post(nonce=nonce)).status_code == 200
        assert (await wire.post(access_token=id_token(wire, nonce), nonce=nonce)).status_code == 200


class Denies:
    """Refuse, while it is told to."""

    is_on = True

    @hookimpl
    async def authorize(self) -> None:
        if self.is_on:
            raise AccessDenied("not today")


async def test_a_login_that_is_refused_or_fails_before_it_is_decided_uses_nothing_up() -> None:
    denies = Denies()
    async with bench(ISSUED, plugins=[denies]) as wire:
        nonce = await issued(wire)
        token = id_token(wire, nonce)
        assert (await wire.post(access_token=token, nonce=nonce)).status_code == 401
        assert (await wire.post(access_token=id_token(wire, nonce, aud="another"), nonce=nonce)).status_code == 401
        denies.is_on = False

        assert (await wire.post(access_token=token, nonce=nonce)).status_code == 200


class Forgetful(MemoryStorage):
    """A storage that cannot tell what was used."""

    async def first_use(self, jti: str, expires_at: int) -> bool:
        raise StorageFailed("full")


@pytest.mark.threat(57)
@pytest.mark.parametrize("settings", [ISSUED, SINGLE], ids=["nonce", "id_token"])
async def test_where_nobody_can_tell_whether_it_was_used_nobody_logs_in(settings: Mapping[str, Any]) -> None:
    async with bench(settings, storage=Forgetful()) as wire:
        nonce = await issued(wire)
        answer = await wire.post(access_token=id_token(wire, nonce), nonce=nonce)

        assert_refused(answer, *UNAVAILABLE)
        assert (await wire.post()).status_code == 200


async def test_a_host_that_verifies_alone_says_for_which_client() -> None:
    async with bench(ISSUED) as wire:
        nonce = await issued(wire)
        token = IdToken.of(id_token(wire, nonce), nonce=nonce)
        with pytest.raises(MissingParameter):
            await wire.exchange.verify("acme", token)

        assert (await wire.exchange.verify("acme", token, client_id="app")).user_id == "1000"
        with pytest.raises(CredentialReused):
            await wire.exchange.verify("acme", token, client_id="app")


@pytest.mark.threat(11)
async def test_the_same_id_token_twice_is_refused_where_the_connection_wants_it() -> None:
    async with bench(SINGLE) as wire:
        token = id_token(wire)
        assert (await wire.post(access_token=token)).status_code == 200
        wire.forget()

        assert_refused(await wire.post(access_token=token), *REJECTED)
        assert (wire.event.reason, wire.event.detail) == ("credential_reused", "id_token: used before")
        assert (await wire.post(access_token=id_token(wire, jti="another"))).status_code == 200
        assert (await wire.post(access_token=id_token(wire, jti="a third"), scope="openid")).status_code == 200
    async with bench() as wire:
        token = id_token(wire)
        assert [(await wire.post(access_token=token)).status_code for _ in range(2)] == [200, 200]


@pytest.mark.threat(11)
async def test_of_many_logins_at_once_with_one_id_token_one_is_let_in() -> None:
    async with bench(SINGLE) as wire:
        token = id_token(wire)
        answers = await asyncio.gather(*(wire.post(access_token=token) for _ in range(20)))

        assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19


@pytest.mark.threat(11)
async def test_an_id_token_whose_signature_is_written_anew_is_the_same_one() -> None:
    async with bench(SINGLE) as wire:
        token = id_token(wire)
        assert (await wire.post(access_token=token)).status_code == 200

        signed, _, signature = token.rpartition(".")
        raw = base64.urlsafe_b64decode(signature + "==")
        order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256: s and -s verify alike
        negated = raw[:32] + (order - int.from_bytes(raw[32:])).to_bytes(32)
        twin = f"{signed}.{base64.urlsafe_b64encode(negated).decode().rstrip('=')}"
        wire.forget()
        assert_refused(await wire.post(access_token=twin), *REJECTED)
        assert wire.event.reason == "credential_reused"


class Pairs(Acme):
    """Believes the ID token beside an access token."""

    reads: ClassVar[Mapping[str, int]] = {"id_token": 5000}

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        assert isinstance(token, AccessToken)
        assert token.id_token is not None
        return await super().verify(IdToken(token.id_token), ctx)


@pytest.mark.threat(11)
@pytest.mark.parametrize("other", ["opaque", "another"])
async def test_an_id_token_beside_an_access_token_is_good_once_too(other: str) -> None:
    async with bench(SINGLE, acme=Pairs) as wire:
        token = id_token(wire)
        assert (await wire.post(access_token="opaque", id_token=token)).status_code == 200
        wire.forget()

        assert_refused(await wire.post(access_token=other, id_token=token), *REJECTED)
        assert wire.event.reason == "credential_reused"


class EndsSooner(Pairs):
    """Says of a pair that it ends with the access token, which lives for a minute; an ID token alone is good, too."""

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        if isinstance(token, IdToken):
            return await Acme.verify(self, token, ctx)
        return replace(await super().verify(token, ctx), expires_at=NOW + 60)


@pytest.mark.threat(11)
async def test_an_id_token_that_outlives_the_access_token_beside_it_stays_good_once() -> None:
    async with bench(SINGLE, acme=EndsSooner) as wire:
        token, live = id_token(wire, exp=NOW + 20_000), id_token(wire, exp=NOW + 20_000, jti="another")
        assert (await wire.post(access_token="opaque", id_token=token)).status_code == 200
        for _ in range(2):  # what storages have forgotten by then they forget when they are written to
            wire.clock.now += 5_000
            wire.forget()
            assert_refused(await wire.post(access_token=token), *REJECTED)
            assert wire.event.reason == "credential_reused"
        assert (await wire.post(access_token=live)).status_code == 200


async def test_an_access_token_may_be_sent_again() -> None:
    async with bench(SINGLE) as wire:
        assert [(await wire.post()).status_code for _ in range(2)] == [200, 200]


class CodeAcmeSettings(AcmeSettings, CodeSettings):
    """Codes without PKCE: what binds them is not looked at here."""

    require_pkce: bool = False


class CodeAcme(Acme):
    """Exchange codes, each of which is good as often as it is asked: the engine must not ask twice."""

    settings_type = CodeAcmeSettings
    accepts: ClassVar[frozenset[CredentialKind]] = frozenset({"access_token", "code"})

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        await ctx.http.post(f"{self.settings.api_url}/verify", form={"code": credential.reveal()})
        ctx.check_nonce(None)
        return Verification(user_id="1000", audience=CodeExchanged("acme-app"), claims={})


def code_request(code: str = "a-code", **more: Any) -> ExchangeRequest:
    return ExchangeRequest(**{"client_id": "app", "connection": "acme", "token": AuthorizationCode.of(code), **more})


async def test_a_code_is_good_once_and_the_provider_is_not_asked_again() -> None:
    async with bench(acme=CodeAcme) as wire:
        assert (await wire.exchange(code_request())).subject == "acme|1000"
        wire.forget()
        with pytest.raises(CredentialReused):
            await wire.exchange(code_request())
        assert (wire.event.detail, wire.event.calls) == ("code: used before", ())
        assert len(wire.provider.requests) == 1
        assert (await wire.exchange(code_request("another-code"))).subject == "acme|1000"
        assert "a-code" not in repr(vars(wire.storage))


async def test_a_code_whose_provider_did_not_answer_is_used_up_all_the_same() -> None:
    async with bench(acme=CodeAcme) as wire:
        wire.provider.error = httpx.ReadTimeout("late")
        with pytest.raises(ProviderUnavailable):
            await wire.exchange(code_request())
        wire.provider.error = None

        with pytest.raises(CredentialReused):
            await wire.exchange(code_request())
        assert len(wire.provider.requests) == 1


async def test_a_code_is_known_to_the_other_connections_of_that_provider() -> None:
    async with bench(acme=CodeAcme) as wire:
        await wire.exchange(code_request())
        with pytest.raises(CredentialReused):
            await wire.exchange(code_request(client_id="other", connection="acme-game"))


async def test_of_many_exchanges_at_once_of_one_code_one_asks_the_provider() -> None:
    async with bench(acme=CodeAcme) as wire:
        outcomes = await asyncio.gather(*(wire.exchange(code_request()) for _ in range(20)), return_exceptions=True)

        assert sum(isinstance(one, CredentialReused) for one in outcomes) == 19
        assert len(wire.provider.requests) == 1


async def test_where_nobody_can_tell_whether_a_code_was_used_the_provider_is_not_asked() -> None:
    async with bench(acme=CodeAcme, storage=Forgetful()) as wire:
        with pytest.raises(StorageFailed):
            await wire.exchange(code_request())
        assert wire.provider.requests == []


async def test_a_verifier_knows_used_codes_in_its_own_memory() -> None:
    provider, clock = Provider(), Clock()
    verifier = Verifier(
        connections={"acme": {"app_ids": ["acme-app"]}},
        plugins=[Brings(CodeAcme)],
        transport=provider,
        clock=clock,
        monotonic=clock.monotonic,
    )
    async with verifier:
        assert (await verifier.verify("acme", AuthorizationCode.of("a-code"))).user_id == "1000"
        clock.advance(899)
        with pytest.raises(CredentialReused):
            await verifier.verify("acme", AuthorizationCode.of("a-code"))
        assert len(provider.requests) == 1


async def test_the_memory_of_codes_does_not_grow_without_end() -> None:
    clock = Clock()
    used = UsedHere(clock.monotonic)
    for number in range(1000):
        assert await used.first_use(f"{number}", 0)
        clock.advance(9)

    assert len(used._used) == 100
    assert not await used.first_use("999", 0)


@pytest.mark.parametrize("settings", [{"nonce": "issued"}, {"single_use_id_tokens": True}], ids=["nonce", "id_token"])
def test_a_verifier_with_settings_that_need_a_storage_does_not_start(settings: Mapping[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"^connection 'acme': .* needs an Exchange, which"):
        Verifier(connections={"acme": {"app_ids": ["acme-app"], **settings}}, plugins=[Brings(Acme)])


def test_where_a_plugin_signs_issued_nonces_need_an_encryption_key() -> None:
    def exchange(**keys: str) -> Exchange:
        settings = Settings.model_validate(merged(SETTINGS, {**ISSUED, "keys": keys}))
        return Exchange(settings, plugins=[Brings(Acme, Globex), Signs()], logger=ListLogger())

    with pytest.raises(ConfigurationError, match=r"^connection 'acme': nonce = \"issued\" needs keys.encryption_key"):
        exchange()
    assert exchange(encryption_key=base64.b64encode(b"k" * 32).decode()).engine.can_sign


class Signs:
    """A plugin whose key is elsewhere."""

    @hookimpl
    def signer(self) -> Signer:
        return TheirKey()


class TheirKey:
    """Sign with a key that nobody sees."""

    alg, kid = "ES256", "theirs"

    def public_jwk(self) -> Mapping[str, Any]:
        return signing_key().public_jwk()

    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        raise NotImplementedError


@pytest.mark.parametrize("content", ["no.jwt", "a.\u0441.b", "a.!!.b", "a.AAAAA.b", "one"])
def test_what_is_no_jwt_is_good_once_too(content: str) -> None:
    assert _content_of(content) == _content_of(content)
    assert _content_of(content) != _content_of("another")
    assert _end_of(content) is None


@pytest.mark.parametrize("payload", [b"{}", b'{"exp":true}', b'{"exp":1.5}', b"[]", b"x", b"[" * 9_000, b""])
def test_what_names_no_end_of_its_own_has_none(payload: bytes) -> None:
    assert _end_of(f"e30.{base64.urlsafe_b64encode(payload).decode()}.c") is None
