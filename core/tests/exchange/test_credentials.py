"""Credentials of every kind: what a request hands in, and what a strategy is given."""

from typing import Any, ClassVar

import httpx
import pytest
from core.tests.bench import Bench, assert_refused, bench, good_request
from core.tests.codes import A_JWT, URI, VERIFIER, CodesSettings, EveryKind, OnlyCodes

from accredit import AppBound, CodeExchanged, JwtAudience, Verification, VerifyContext
from accredit.credentials import (
    AccessToken,
    AuthorizationCode,
    Credential,
    CredentialKind,
    IdToken,
    ProviderToken,
    SignedPayload,
)
from accredit.errors import CredentialReused, InvalidParameter, PluginFailed
from accredit.exchange.exchange import Exchange
from accredit.settings import Settings

CODE = {"access_token": None, "code": "c0de", "code_verifier": VERIFIER}
REJECTED = (401, "invalid_request", "invalid access_token: invalid_token")
SERVER_ERROR = (500, "server_error", "the server could not complete the request")


def kinds(**members: Any) -> type[EveryKind]:
    """Return a strategy that remembers what it alone was given."""
    return type("Kinds", (EveryKind,), {"given": [], "proof": lambda *_: AppBound("acme-app"), **members})


def wire_of(acme: type[EveryKind], **connection: Any) -> Any:
    return bench({"connections": {"acme": {"redirect_uris": [URI], "cache_s": 60, **connection}}}, acme=acme)


async def given(wire: Bench, acme: type[EveryKind], **parameters: Any) -> Credential:
    response = await wire.post(**parameters)
    assert response.status_code == 200, response.text
    return acme.given[-1]


async def test_the_form_tells_the_kind_where_the_strategy_leaves_it_to_that() -> None:
    acme = kinds()
    async with wire_of(acme) as wire:
        assert await given(wire, acme, access_token="opaque", access_token_secret="s") == AccessToken.of(
            "opaque", secret="s"
        )
        assert await given(wire, acme, access_token=A_JWT) == IdToken.of(A_JWT)
        assert await given(wire, acme, access_token="a.b.c") == AccessToken.of("a.b.c")


async def test_a_code_stands_in_the_place_of_the_access_token_with_what_belongs_to_it() -> None:
    acme = kinds(proof=EveryKind.proof)
    async with wire_of(acme) as wire:
        code = await given(wire, acme, **CODE, redirect_uri=URI, device_name="phone")

        assert code == AuthorizationCode.of(
            "c0de", code_verifier=VERIFIER, redirect_uri=URI, extras={"device_name": "phone"}
        )
        assert code.parameter("device_name") == "phone"
        assert wire.event.audience_proof == "CodeExchanged"


@pytest.mark.parametrize("name", ["access_token", "code"])
async def test_where_only_codes_are_accepted_either_parameter_holds_one(name: str) -> None:
    acme = type("Codes", (EveryKind,), {"accepts": frozenset({"code"}), "given": []})
    async with wire_of(acme) as wire:
        parameters = {"access_token": None, name: A_JWT, "code_verifier": VERIFIER, "redirect_uri": URI}
        code = await given(wire, acme, **parameters, device_name="phone")

        assert code == AuthorizationCode.of(
            A_JWT, code_verifier=VERIFIER, redirect_uri=URI, extras={"device_name": "phone"}
        )
        assert_refused(await wire.post(access_token=None), 400, "invalid_request", "missing code parameter")


@pytest.mark.threat(40)
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"access_token": "opaque"}, "invalid code parameter"),
        ({"code_verifier": None}, "missing code_verifier parameter"),
        ({"code_verifier": "v" * 129}, "invalid code_verifier parameter"),
        ({"code_verifier": "\u00e9"}, "invalid code_verifier parameter"),
        ({"code_verifier": 7}, "invalid code_verifier parameter"),
        ({"redirect_uri": f"{URI}/"}, "invalid redirect_uri parameter"),
        ({"redirect_uri": URI.upper()}, "invalid redirect_uri parameter"),
        ({"redirect_uri": ["x"]}, "invalid redirect_uri parameter"),
        ({"code": ""}, "missing access_token parameter"),
        ({"code": "\u00e9"}, "invalid code parameter"),
        ({"code": "c\n"}, "invalid code parameter"),
        ({"access_token_secret": "\x85"}, "invalid access_token_secret parameter"),  # nothing reads it here
        ({"device_name": "x" * 11}, "invalid device_name parameter"),
        ({"device_name": {"a": "b"}}, "invalid device_name parameter"),
    ],
    ids=str,
)
async def test_a_code_that_is_not_as_it_must_be_costs_no_call(changed: dict[str, Any], sentence: str) -> None:
    acme = kinds(proof=EveryKind.proof)
    async with wire_of(acme) as wire:
        assert_refused(await wire.post(**{**CODE, **changed}), 400, "invalid_request", sentence)
        assert acme.given == []


async def test_pkce_is_required_where_the_provider_has_it_and_the_operator_does_not_say_otherwise() -> None:
    without = {**CODE, "code_verifier": None}
    for members, settings in (({"supports_pkce": False}, {}), ({}, {"require_pkce": False})):
        acme = kinds(proof=EveryKind.proof, **members)
        async with wire_of(acme, **settings) as wire:
            assert await given(wire, acme, **without) == AuthorizationCode.of("c0de")


async def test_a_connection_that_accepts_no_codes_does_not_read_them() -> None:
    acme = kinds(accepts=frozenset({"access_token"}), reads={})
    async with wire_of(acme) as wire:
        more: dict[str, Any] = {"code": 7, "code_verifier": ["x"], "redirect_uri": "elsewhere", "device_name": 7}
        assert await given(wire, acme, access_token="opaque", **more) == AccessToken.of("opaque")
        assert_refused(await wire.post(**CODE), 400, "invalid_request", "missing access_token parameter")


@pytest.mark.parametrize(
    ("connection", "sentence"),
    [("nope", "the connection was not found"), ("off", "the connection was disabled")],
)
async def test_a_code_for_a_connection_that_is_not_there_is_refused_for_that(connection: str, sentence: str) -> None:
    acme = kinds(proof=EveryKind.proof)
    async with wire_of(acme) as wire:
        assert_refused(await wire.post(**CODE, connection=connection), 400, "invalid_request", sentence)
        for code, said in (("\u00e9", "invalid code parameter"), ("", "missing access_token parameter")):
            refused = await wire.post(**{**CODE, "code": code}, connection=connection)
            assert_refused(refused, 400, "invalid_request", said)
        more = {**CODE, "access_token": "opaque", "code": "\u00e9"}  # ignored, as for any other connection
        assert_refused(await wire.post(**more, connection=connection), 400, "invalid_request", sentence)
        assert acme.given == []


async def test_an_id_token_may_come_beside_an_access_token() -> None:
    acme = kinds()
    async with wire_of(acme) as wire:
        token = await given(wire, acme, access_token="opaque", id_token=A_JWT)

        assert isinstance(token, AccessToken)
        assert token.id_token is not None
        assert token.id_token.get_secret_value() == A_JWT
        assert_refused(await wire.post(id_token="x" * 1001), 400, "invalid_request", "invalid id_token parameter")


@pytest.mark.threat(60)
async def test_an_id_token_beside_one_has_the_bound_of_the_wire_from_python_too() -> None:
    acme = kinds()
    async with wire_of(acme) as wire:
        fits, longer = "x" * 1000, "x" * 1001
        for form in (AccessToken.of("t", id_token=fits), ProviderToken.of("t", extras={"id_token": fits})):
            assert (await wire.exchange.verify("acme", form)).user_id == "1000"
        assert acme.given == [AccessToken.of("t", id_token=fits)] * 2
        for form in (AccessToken.of("t", id_token=longer), ProviderToken.of("t", extras={"id_token": longer})):
            with pytest.raises(InvalidParameter, match="id_token"):
                await wire.exchange.verify("acme", form)
        assert len(acme.given) == 2


@pytest.mark.threat(60)
async def test_an_id_token_beside_one_is_refused_where_the_strategy_reads_none() -> None:
    acme = kinds(reads={})
    async with wire_of(acme) as wire:
        for form in (AccessToken.of("t", id_token=A_JWT), ProviderToken.of("t", extras={"id_token": A_JWT})):
            with pytest.raises(InvalidParameter, match="id_token"):
                await wire.exchange.verify("acme", form)
        assert (await wire.exchange.verify("acme", AccessToken.of("t"))).user_id == "1000"
        assert acme.given == [AccessToken.of("t")]


async def test_beside_an_id_token_a_jwt_is_an_access_token() -> None:
    acme = kinds()
    async with wire_of(acme) as wire:
        token = await given(wire, acme, access_token=A_JWT, id_token="another")

        assert token == AccessToken.of(A_JWT, id_token="another")


@pytest.mark.threat(31)
async def test_what_is_good_once_is_never_kept() -> None:
    acme = kinds(proof=lambda _, one: CodeExchanged("acme-app") if one.kind == "code" else AppBound("acme-app"))
    async with wire_of(acme) as wire:
        for number in range(2):
            await wire.post(**{**CODE, "code": f"code-{number}"})
            await wire.exchange.verify("acme", SignedPayload.of("payload"))
            await wire.post(access_token="opaque")
    assert [one.kind for one in acme.given] == ["code", "signed_payload", "access_token", "code", "signed_payload"]


def _by_prefix(value: str) -> CredentialKind:
    return "code" if value.startswith("code-") else "access_token"


def _by_instance(self: EveryKind, settings: Any) -> None:
    EveryKind.__init__(self, settings)
    vars(self)["kind_of"] = _by_prefix


@pytest.mark.threat(31)
@pytest.mark.parametrize(
    "members",
    [
        {"kind_of": lambda _, value: _by_prefix(value)},
        {"kind_of": staticmethod(_by_prefix)},
        {"__init__": _by_instance},
        {"accepts": frozenset({"code"})},
        {"accepts": frozenset({"code", "id_token"})},
    ],
    ids=["method", "function", "instance", "codes alone", "no access tokens"],
)
async def test_a_string_that_may_be_a_code_is_looked_at_before_anything_is_kept(members: dict[str, Any]) -> None:
    acme = kinds(proof=EveryKind.proof, **members)
    async with wire_of(acme, require_pkce=False) as wire:
        token = ProviderToken.of("code-1")
        await wire.exchange.verify("acme", token)
        with pytest.raises(CredentialReused):
            await wire.exchange.verify("acme", token)
        assert acme.given == [AuthorizationCode.of("code-1")]


async def test_a_string_that_is_no_code_is_kept_where_codes_are_accepted() -> None:
    for members in ({}, {"kind_of": lambda _, value: _by_prefix(value)}):
        acme = kinds(**members)
        async with wire_of(acme) as wire:
            for form in (ProviderToken.of("opaque"), AccessToken.of("opaque")):
                await wire.exchange.verify("acme", form)
                before = len(acme.given)
                await wire.exchange.verify("acme", form)
                assert len(acme.given) == before
            assert {one == AccessToken.of("opaque") for one in acme.given} == {True}


async def test_a_call_for_a_code_is_never_made_again() -> None:
    class Down(OnlyCodes):
        given: ClassVar[list[Credential]] = []

    async with wire_of(Down) as wire:
        wire.provider.error = httpx.ConnectError("nobody there")
        response = await wire.post(**CODE)

        assert response.status_code == 503
        assert len(wire.event.calls) == 1


@pytest.mark.threat(1)
@pytest.mark.parametrize("kind", ["access_token", "id_token", "signed_payload"])
async def test_an_exchange_of_a_code_proves_nothing_of_what_is_none(kind: CredentialKind) -> None:
    acme = kinds(proof=EveryKind.proof, kind_of=lambda *_: kind)
    async with wire_of(acme) as wire:
        assert_refused(await wire.post(access_token="opaque"), *SERVER_ERROR)
        assert wire.event.detail == "verify returned CodeExchanged for what is no code"


@pytest.mark.threat(1)
async def test_a_code_that_another_client_has_exchanged_is_refused() -> None:
    acme = kinds(proof=lambda *_: CodeExchanged("another"))
    async with wire_of(acme) as wire:
        assert_refused(await wire.post(**CODE), *REJECTED)
        assert wire.event.reason == "wrong_audience"


@pytest.mark.threat(10)
async def test_a_nonce_with_a_code_is_compared_or_nobody_is_logged_in() -> None:
    careless = kinds(verify=_believe)
    async with wire_of(careless) as wire:
        assert_refused(await wire.post(**CODE, nonce="n-1"), *SERVER_ERROR)
    careful = kinds(proof=EveryKind.proof)
    async with wire_of(careful) as wire:
        assert_refused(await wire.post(**CODE, nonce="n-1"), *REJECTED)


async def _believe(_: EveryKind, credential: Credential, ctx: VerifyContext) -> Verification:
    return Verification(user_id="1000", audience=CodeExchanged("acme-app"), claims={})


async def test_the_strategy_says_what_a_string_is_also_against_its_form() -> None:
    acme = kinds(kind_of=lambda _, value: "access_token" if value == A_JWT else "id_token")
    async with wire_of(acme) as wire:
        assert await given(wire, acme, access_token=A_JWT) == AccessToken.of(A_JWT)
        assert await given(wire, acme, access_token="opaque") == IdToken.of("opaque")


async def test_a_kind_that_is_not_accepted_is_refused_and_one_that_is_none_is_the_strategys_fault() -> None:
    acme = kinds(accepts=frozenset({"access_token"}), kind_of=lambda *_: "id_token")
    async with wire_of(acme) as wire:
        assert_refused(await wire.post(), *REJECTED)
        assert wire.event.detail == "the connection accepts no credential of the kind id_token"
    for odd in ("token", None, 7, ["code"]):
        async with wire_of(kinds(kind_of=lambda *_, odd=odd: odd)) as wire:
            assert_refused(await wire.post(), *SERVER_ERROR)
    async with wire_of(kinds(kind_of=lambda *_: 1 / 0)) as wire:
        assert_refused(await wire.post(), *SERVER_ERROR)
        assert wire.event.detail.startswith("kind_of: ZeroDivisionError")


async def test_a_host_hands_in_a_credential_of_a_kind_it_knows() -> None:
    acme = kinds(accepts=frozenset({"access_token", "signed_payload"}))
    async with wire_of(acme) as wire:
        assert (await wire.exchange.verify("acme", SignedPayload.of("p"))).user_id == "1000"
        assert acme.given == [SignedPayload.of("p")]
        for other in (IdToken.of(A_JWT), AuthorizationCode.of("c")):
            with pytest.raises(Exception, match="accepts no credential of the kind"):
                await wire.exchange.verify("acme", other)
        with pytest.raises(InvalidParameter, match="another"):
            await wire.exchange.verify("acme", AccessToken.of("t", extras={"another": "x"}))
        tokens = await wire.exchange(good_request(token=AccessToken.of("t", extras={"device_name": "x"})))
        assert tokens.subject == "acme|1000"


@pytest.mark.threat(31)
async def test_what_is_forgotten_is_so_whether_its_kind_was_stated_or_not() -> None:
    acme = kinds()
    spellings: list[ProviderToken | Credential] = [ProviderToken.of(A_JWT), IdToken.of(A_JWT)]
    async with wire_of(acme) as wire:
        for known in spellings:
            for forgotten in spellings:
                await wire.exchange.verify("acme", known)
                before = len(acme.given)
                await wire.exchange.verify("acme", known)
                assert len(acme.given) == before
                await wire.exchange.forget("acme", forgotten)
                await wire.exchange.verify("acme", known)
                assert len(acme.given) == before + 1


class FamilySettings(CodesSettings):
    """An app with a number and a key, as Kakao's have."""

    keys: tuple[str, ...] = ()

    @property
    def accepted_audiences(self) -> frozenset[str]:
        return frozenset({*self.app_ids, *self.keys})

    @property
    def audience_families(self) -> Any:
        return {"number": frozenset(self.app_ids), "key": frozenset(self.keys)}


@pytest.mark.threat(1)
@pytest.mark.parametrize(
    ("proof", "is_ours"),
    [
        (AppBound("acme-app", family="number"), True),
        (AppBound("a-key", family="key"), True),
        (JwtAudience(("a-key",), family="key"), True),
        (AppBound("a-key", family="number"), False),
        (AppBound("acme-app", family="key"), False),
        (AppBound("acme-app"), False),
        (AppBound("acme-app", family="another"), False),
        (JwtAudience(("a-key",), azp="acme-app", family="key"), False),
        (CodeExchanged("acme-app", family="key"), False),
    ],
    ids=str,
)
async def test_an_id_of_ours_counts_in_its_own_family_alone(proof: Any, is_ours: bool) -> None:
    acme = kinds(settings_type=FamilySettings, proof=lambda *_: proof)
    async with wire_of(acme, keys=["a-key"]) as wire:
        response = await wire.post(**(CODE if isinstance(proof, CodeExchanged) else {}))

        assert response.status_code == (200 if is_ours else 401)
        assert is_ours or wire.event.reason == "wrong_audience"


@pytest.mark.parametrize(
    "families", [None, [], {"number": ["acme-app"]}, {1: frozenset({"acme-app"})}, {"number": frozenset()}], ids=str
)
def test_families_that_are_not_what_is_accepted_stop_the_start(families: Any) -> None:
    members = {"audience_families": property(lambda _: families)}
    acme = kinds(settings_type=type("Odd", (CodesSettings,), members))
    connection = {"app_ids": ["acme-app"]}
    settings = Settings.model_validate({"issuer": "https://login.example.com/", "connections": {"acme": connection}})
    from core.tests.acme import Brings

    with pytest.raises(Exception, match="audience_families"):
        Exchange(settings, plugins=[Brings(acme)])


def test_nothing_shows_itself() -> None:
    extras = {"device_name": "MARKED"}
    for one in (
        ProviderToken.of("MARKED", secret="MARKED", nonce="MARKED", extras=extras),
        AccessToken.of("MARKED", secret="MARKED", id_token="MARKED", nonce="MARKED", extras=extras),
        IdToken.of("MARKED", nonce="MARKED", extras=extras),
        AuthorizationCode.of("MARKED", code_verifier="MARKED", nonce="MARKED", extras=extras),
        SignedPayload.of("MARKED", nonce="MARKED", extras=extras),
    ):
        assert "MARKED" not in repr(one)
        assert one.parameter("device_name") == "MARKED"
        assert one.parameter("nothing") is None
    assert IdToken.of("t").parameter("nothing") is None


@pytest.mark.parametrize("extras", [["a"], "a", {"a": "b"}, {1: "b"}, {"a": None}])
def test_extras_are_secrets_by_name(extras: Any) -> None:
    from pydantic import SecretStr

    with pytest.raises(InvalidParameter):
        AccessToken(SecretStr("t"), extras=extras)


@pytest.mark.parametrize("text", ["", "a\x00", "x" * 16_385])
def test_extras_have_the_bounds_of_the_wire(text: str) -> None:
    with pytest.raises(InvalidParameter):
        SignedPayload.of("t", extras={"a": text})


def test_a_code_without_settings_for_codes_is_the_strategys_fault() -> None:
    from core.tests.acme import Acme, AcmeSettings

    from accredit.exchange.steps.read_credential import read_credential
    from accredit.plugins import Connection

    settings = AcmeSettings(app_ids=("a",))
    strategy = type("Codes", (Acme,), {"accepts": frozenset({"code"})})(settings)
    ours = frozenset({"a"})
    with pytest.raises(PluginFailed):
        read_credential(
            AuthorizationCode.of("c"), Connection("acme", strategy, settings, ours, {"": ours}, "test", (), {}, "")
        )
