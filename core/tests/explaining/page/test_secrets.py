"""Nothing secret is in a file for a ticket, however somebody quotes it."""

import json
from html import escape, unescape
from urllib.parse import quote, quote_plus

import pytest
from core.tests.acme import Acme, answer
from core.tests.bench import bench
from core.tests.explaining.logins import explained

from accredit import AppBound, Assurance, Email, Profile, Verification, VerifyContext
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken, ProviderMisconfigured
from accredit.explaining.page.file import file_of

GIVEN = {
    "token": "provider-token\"<&>'%/+=\\of-ada",
    "token-secret": "secret&of+the=token",
    "nonce": "nonce/of\"this'login",
    "code": "code+of/this=login<>",
    "verifier": "verifier-of-this-login~.%",
}
HIDDEN = {**GIVEN, "app-secret": 'app-secret\\of "ours"&', "address": "ada.o'neil+x@example.com"}
ID = "1000"


def forms(secret: str) -> list[str]:
    """Return how a plugin may quote it."""
    python_and_json = (json.dumps(secret)[1:-1], repr(secret)[1:-1], ascii(secret)[1:-1])
    return [secret, *python_and_json, escape(secret), quote(secret, ""), quote(secret, "").lower(), quote_plus(secret)]


def quoting(secret: str, place: str) -> type[Acme]:
    """Return a strategy that tells a secret where it may: in a detail, in what it calls, or as a name."""

    class Quoting(Acme):
        async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
            if place == "url":
                await ctx.http.get(f"{self.settings.api_url}/{quote(secret, '')}")
            if place == "detail":
                raise InvalidProviderToken(" ".join(forms(secret)))
            app = "their-app" if place == "whose" else "acme-app"
            return Verification(user_id=ID, audience=AppBound(app), claims={"said": forms(secret)})

        def normalize(self, verification: Verification) -> Profile:
            said = verification.claims["said"]
            address = Email(HIDDEN["address"], Assurance.UNVERIFIED)
            if place not in {"name", "whose"}:
                return Profile(email=address)
            return Profile(name=said[0], nickname=said[1], given_name=said[4], locale=said[5], email=address)

    return Quoting


QUOTED = [(kind, place) for kind in HIDDEN for place in ("detail", "url", "name", "whose")]
QUOTED.remove(("address", "detail"))  # of a login whose user nobody knows


@pytest.mark.parametrize(("kind", "place"), QUOTED)
async def test_no_secret_is_in_the_file_in_any_form(kind: str, place: str) -> None:
    secret = HIDDEN[kind]
    settings = {"connections": {"acme": {"app_secret": HIDDEN["app-secret"]}}}
    async with bench(settings, acme=quoting(secret, place)) as one:
        one.provider.answer = answer(200, {})
        told = await explained(one, secrets=list(GIVEN.values()))
    page = file_of(told, made_at=1_800_000_000, made_by="accredit 9.9")
    text = page.decode()
    found = [form for form in forms(secret) if form.encode() in page or form in text or form in unescape(text)]
    assert found == []
    assert "[redacted]" in text


async def test_parts_of_a_secret_that_is_joined_are_secret_too() -> None:
    async with bench(acme=quoting("half-of-it", "detail")) as one:
        told = await explained(one, secrets=["half-of-it:other-half"])
    assert "half-of-it" not in file_of(told, made_at=0, made_by="accredit 9.9").decode()


TOKEN = "EAAsecret" + "0123456789" * 20


@pytest.mark.parametrize("place", ["detail", "misconfigured", "path"])
async def test_a_secret_that_was_cut_is_secret_too(place: str) -> None:
    class Cut(Acme):
        async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
            if place == "detail":
                raise InvalidProviderToken(f"{'x' * 900} {TOKEN}")
            if place == "misconfigured":
                raise ProviderMisconfigured(f"{'x' * 900} {TOKEN}")
            return Verification(user_id=ID, audience=AppBound("acme-app"), claims={TOKEN: {"name": "Ada"}})

        def normalize(self, verification: Verification) -> Profile:
            return Profile(name=next((one.get("name") for one in verification.claims.values()), None))

    async with bench(acme=Cut) as one:
        told = await explained(one, secrets=[TOKEN])
    page = file_of(told, made_at=0, made_by="accredit 9.9").decode()
    assert "[redacted]" in page
    assert "EAAsecret" not in page


async def test_an_address_that_is_to_be_shown_is_shown_wherever_it_stands() -> None:
    address = HIDDEN["address"]
    async with bench(acme=quoting(address, "name")) as one:
        told = await explained(one, show_email=True)
    assert told.profile is not None
    assert (told.profile["name"], told.profile["email"]) == (address, address)


async def test_an_address_is_masked_and_where_it_is_a_name_too_it_is_blank() -> None:
    async with bench(acme=quoting(HIDDEN["address"], "name")) as one:
        told = await explained(one)
    assert told.profile is not None
    assert (told.profile["name"], told.profile["email"]) == ("[redacted]", "a***@example.com")


@pytest.mark.parametrize("other", ["Ada.O'Neil+x@Example.COM", "ADA.O'NEIL+X@EXAMPLE.COM"])
async def test_an_address_in_other_letters_is_the_same_address(other: str) -> None:
    async with bench(acme=quoting(other, "name")) as one:
        told = await explained(one)
    page = file_of(told, made_at=0, made_by="accredit 9.9").decode()
    assert [form for form in forms(other) if form.lower() in unescape(page).lower()] == []
    assert told.profile is not None
    assert told.profile["name"] == "[redacted]"
