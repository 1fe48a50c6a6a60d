"""A token that was minted for another app is refused, whoever vouches for it."""

import re
from dataclasses import replace
from typing import Any

import pytest
from core.tests.acme import Acme, acme_returning
from core.tests.bench import assert_refused, bench

from accredit import (
    AppBound,
    Assurance,
    AudienceProof,
    CodeExchanged,
    Email,
    JwtAudience,
    Profile,
    ProviderToken,
    SignedByUs,
    Unbound,
    Verification,
    VerifyContext,
)
from accredit.credentials import Credential
from accredit.errors import WrongAudience
from accredit.exchange.steps.check_audience import check_audience, check_user_hint

OURS = frozenset({"1234567890", "Our-App.example"})

ACCEPTED: list[AudienceProof] = [
    AppBound("1234567890"),
    AppBound("Our-App.example"),
    SignedByUs("1234567890"),
    JwtAudience(("1234567890",)),
    JwtAudience(("1234567890",), azp="1234567890"),
    JwtAudience(("1234567890", "Our-App.example")),
    JwtAudience(("1234567890",), azp="Our-App.example"),
]

NOT_OURS: list[Any] = [
    "9876543210",
    "123456789",  # a prefix
    "12345678901",
    "234567",  # a substring
    "our-app.example",  # another case
    "OUR-APP.EXAMPLE",
    "Our-App.example ",
    "Our-App.example\n",
    "Our‑App.example",  # another hyphen
    "１２３４５６７８９０",
    "01234567890",
    "1234567890.0",
    "*",
    "",
    1234567890,
    1234567890.0,
    True,
    None,
    b"1234567890",
    ("1234567890",),
]


@pytest.mark.parametrize("proof", ACCEPTED)
def test_a_token_of_ours_is_accepted(proof: AudienceProof) -> None:
    check_audience(proof, {"": OURS}, accept_unbound=False)


@pytest.mark.threat(1, 2, 5)
@pytest.mark.parametrize("other", NOT_OURS)
def test_anything_that_is_not_exactly_ours_is_refused(other: Any) -> None:
    proofs: list[AudienceProof] = [
        AppBound(other),
        SignedByUs(other),
        JwtAudience((other,)),
        JwtAudience(("1234567890", other)),
        JwtAudience((other, "1234567890")),
    ]
    if other is not None:
        proofs.append(JwtAudience(("1234567890",), azp=other))
    for proof in proofs:
        with pytest.raises(WrongAudience, match=r"^the token was minted for another app: "):
            check_audience(proof, {"": OURS}, accept_unbound=False)
        with pytest.raises(WrongAudience):
            check_audience(proof, {"": OURS}, accept_unbound=True)


@pytest.mark.parametrize(
    ("proof", "seen"),
    [
        (AppBound("42"), 'app id is "42"'),
        (SignedByUs("their-key"), 'consumer key is "their-key"'),
        (JwtAudience(("42",)), 'aud is "42"'),
        (JwtAudience(("1234567890", "42")), 'aud is "42"'),
        (JwtAudience(("1234567890",), azp="99-new.apps.example"), 'azp is "99-new.apps.example"'),
        (JwtAudience(("42",), azp="99"), 'aud is "42"'),
        (AppBound(""), 'app id is ""'),
        (AppBound("a" * 100), f'app id is "{"a" * 100}"'),
        (AppBound("a" * 240_000), f'app id is "{"a" * 100}" and more'),
        (AppBound('a"b\\c\nd\x1b[2J\u202ee\u00e9'), 'app id is "a?b?c?d?[2J?e?"'),
    ],
)
def test_the_detail_names_the_id_and_its_place(proof: AudienceProof, seen: str) -> None:
    with pytest.raises(WrongAudience) as refused:
        check_audience(proof, {"": OURS}, accept_unbound=False)
    assert refused.value.detail == f"the token was minted for another app: {seen}"


TRUSTED = frozenset({"https://api.example", "Other-App.example"})


@pytest.mark.parametrize(
    "proof",
    [
        JwtAudience(("1234567890", "https://api.example")),
        JwtAudience(("https://api.example", "1234567890"), azp="1234567890"),
        JwtAudience(("https://api.example", "Our-App.example", "Other-App.example"), azp="1234567890"),
    ],
)
def test_a_trusted_audience_is_tolerated_beside_one_of_ours(proof: JwtAudience) -> None:
    check_audience(proof, {"": OURS}, accept_unbound=False, trusted=TRUSTED)
    with pytest.raises(WrongAudience):
        check_audience(proof, {"": OURS}, accept_unbound=False)


@pytest.mark.threat(1, 5)
@pytest.mark.parametrize(
    ("proof", "seen"),
    [
        (JwtAudience(("https://api.example",)), 'aud is "https://api.example"'),
        (JwtAudience(("https://api.example",), azp="1234567890"), 'aud is "https://api.example"'),
        (JwtAudience(("https://api.example", "Other-App.example")), 'aud is "https://api.example"'),
        (JwtAudience(("1234567890", "https://api.example"), azp="https://api.example"), 'azp is "https://api.example"'),
        (JwtAudience(("1234567890", "https://api.example", "42")), 'aud is "42"'),
        (JwtAudience(("12345", "https://api.example")), 'aud is "12345"'),
        (AppBound("Other-App.example"), 'app id is "Other-App.example"'),
        (SignedByUs("Other-App.example"), 'consumer key is "Other-App.example"'),
        (CodeExchanged("Other-App.example"), 'client id is "Other-App.example"'),
    ],
)
def test_a_trusted_audience_is_nothing_alone_or_in_another_place(proof: AudienceProof, seen: str) -> None:
    with pytest.raises(WrongAudience, match=f"{re.escape(seen)}$"):
        check_audience(proof, {"": OURS}, accept_unbound=True, trusted=TRUSTED)


@pytest.mark.threat(2, 5)
@pytest.mark.parametrize(
    "almost",
    [
        "https://api.example/",
        "https://api.exampl",
        "HTTPS://API.EXAMPLE",
        "https://api.example ",
        "https://api.example\n",
        "other-app.example",
        "*",
        "",
        None,
        42,
        ["https://api.example"],
        ("https://api.example",),
    ],
    ids=repr,
)
def test_what_only_resembles_a_trusted_audience_is_refused(almost: Any) -> None:
    with pytest.raises(WrongAudience):
        check_audience(JwtAudience(("1234567890", almost)), {"": OURS}, accept_unbound=False, trusted=TRUSTED)


@pytest.mark.threat(5)
def test_an_id_of_another_family_lets_no_trusted_audience_pass() -> None:
    families = {"number": frozenset({"42"}), "key": frozenset({"abc"})}
    ours, others = JwtAudience(("abc", "api"), family="key"), JwtAudience(("42", "api"), family="key")
    check_audience(ours, families, accept_unbound=False, trusted=frozenset({"api"}))
    with pytest.raises(WrongAudience, match=r'aud is "42"$'):
        check_audience(others, families, accept_unbound=False, trusted=frozenset({"api"}))


def test_what_is_no_text_is_named_by_its_type_only() -> None:
    number: Any = 42
    with pytest.raises(WrongAudience, match=r"app id is no text but int$"):
        check_audience(AppBound(number), {"": frozenset({number})}, accept_unbound=False)


@pytest.mark.threat(33)
async def test_the_id_is_in_the_log_and_never_with_the_client() -> None:
    ids = "123456789012-newkey.apps.googleusercontent.com"
    other = Verification(user_id="1000", audience=JwtAudience(("acme-app",), azp=ids), claims={})
    async with bench(acme=acme_returning(other)) as wire:
        response = await wire.post(scope="openid offline_access")

        assert_refused(response, 401, "invalid_request", "invalid access_token: invalid_token")
        assert ids not in response.text
        assert ids not in str(response.headers)
        [(_, line)] = wire.log.events()
        assert line["detail"] == wire.event.detail == f'the token was minted for another app: azp is "{ids}"'


@pytest.mark.threat(5)
@pytest.mark.parametrize("azp", [None, "1234567890"])
def test_an_empty_aud_is_refused(azp: str | None) -> None:
    with pytest.raises(WrongAudience, match=r"^aud is empty$"):
        check_audience(JwtAudience((), azp=azp), {"": OURS}, accept_unbound=False)


@pytest.mark.threat(2)
def test_an_aud_that_is_no_tuple_is_not_read_letter_by_letter() -> None:
    careless: Any = "aba"

    with pytest.raises(WrongAudience):
        check_audience(JwtAudience(careless), {"": frozenset({"a", "b"})}, accept_unbound=False)


@pytest.mark.parametrize("nothing", [None, "1234567890", ("1234567890",), object()])
def test_what_is_no_proof_at_all_is_refused(nothing: Any) -> None:
    with pytest.raises(WrongAudience):
        check_audience(nothing, {"": OURS}, accept_unbound=True)


def test_an_unbound_token_needs_the_connections_consent() -> None:
    with pytest.raises(WrongAudience, match=r"^the provider cannot prove for whom the token was minted$"):
        check_audience(Unbound("no endpoint says so"), {"": OURS}, accept_unbound=False)
    check_audience(Unbound("no endpoint says so"), {"": OURS}, accept_unbound=True)


@pytest.mark.parametrize("hint", [None, "1000"])
def test_a_hint_that_agrees_is_accepted(hint: str | None) -> None:
    check_user_hint(hint, "1000")


@pytest.mark.parametrize("hint", ["1001", "1000 ", "01000", "", "acme|1000"])
def test_a_hint_that_differs_is_refused(hint: str) -> None:
    with pytest.raises(WrongAudience, match=r"^user_id is not the token's user$"):
        check_user_hint(hint, "1000")


UNBOUND = Verification(user_id="1000", audience=Unbound("nobody says"), claims={})


@pytest.mark.threat(1)
async def test_an_unbound_token_is_refused_and_leaves_nothing_behind() -> None:
    async with bench(acme=acme_returning(UNBOUND)) as wire:
        response = await wire.post(scope="openid offline_access")

        assert_refused(response, 401, "invalid_request", "invalid access_token: invalid_token")
        assert (wire.event.reason, wire.event.audience_proof, wire.event.unbound) == (
            "wrong_audience",
            "Unbound",
            False,
        )
        assert wire.storage.kept == {}


class Vouching(Acme):
    """Says of each address that it is sure of it."""

    def normalize(self, verification: Verification) -> Profile:
        return Profile(email=Email(verification.claims["email"], Assurance.AUTHORITATIVE))


@pytest.mark.threat(1)
@pytest.mark.parametrize("strategy", [Acme, Vouching])
@pytest.mark.parametrize("trusted", [False, True])
async def test_an_unbound_token_never_asserts_an_address(strategy: type[Acme], trusted: bool) -> None:
    class Shrugs(strategy):  # type: ignore[misc, valid-type]  # a class that the test is given
        async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
            return replace(UNBOUND, claims={"email": "ada@example.com"})

    settings = {"connections": {"acme": {"accept_unbound_tokens": True, "trust_email": trusted}}}
    async with bench(settings, acme=Shrugs) as wire:
        identity = await wire.exchange.verify("acme", ProviderToken.of("good-token"))
        assert identity.profile.email == Email("ada@example.com", Assurance.UNVERIFIED)


async def test_an_accepted_unbound_token_is_warned_of_and_marked() -> None:
    settings = {"connections": {"acme": {"accept_unbound_tokens": True}}}
    async with bench(settings, acme=acme_returning(UNBOUND)) as wire:
        response = await wire.post(scope="openid offline_access")

        assert response.status_code == 200
        assert (wire.event.audience_proof, wire.event.unbound) == ("Unbound", True)
        [(level, warning), (_, line)] = wire.log.events()
        assert level == "warning"
        assert (warning["event"], warning["connection"]) == ("connection.accepts_unbound_tokens", "acme")
        assert line["unbound"] is True


async def test_consent_of_one_connection_is_not_that_of_another() -> None:
    settings = {"connections": {"acme-game": {"accept_unbound_tokens": True}}}
    async with bench(settings, acme=acme_returning(UNBOUND)) as wire:
        assert (await wire.post()).status_code == 401
        assert (await wire.post(client_id="other", connection="acme-game")).status_code == 200


@pytest.mark.parametrize("unhashable", [["acme-app"], {"acme-app": 1}])
async def test_a_proof_no_plugin_may_build_is_refused(unhashable: Any) -> None:
    verification = Verification(user_id="1000", audience=AppBound(unhashable), claims={})
    async with bench(acme=acme_returning(verification)) as wire:
        response = await wire.post(scope="offline_access")

        assert response.status_code in {401, 500}
        assert wire.storage.kept == {}
