"""How a Discord user becomes claims."""

import pytest

from accredit.profile import Assurance, Email
from accredit_discord.normalize import to_profile

HASH = "8342729096ea3675442027381ff50dfe"
CDN = "https://cdn.discordapp.com/avatars/1"


@pytest.mark.threat(23)
@pytest.mark.parametrize("verified", [False, None, "true", "True", 1, [True]])
def test_address_is_asserted_by_the_boolean_alone(verified: object) -> None:
    address = "ada@example.com"
    unverified = to_profile("1", {"email": address, "verified": verified}).email
    asserted = to_profile("1", {"email": address, "verified": True}).email
    assert unverified == to_profile("1", {"email": address}).email == Email(address, Assurance.UNVERIFIED)
    assert asserted == Email(address, Assurance.PROVIDER_ASSERTED)


@pytest.mark.parametrize("address", [None, "", "ada", 1, ["ada@example.com"]])
def test_what_is_no_address_is_none(address: object) -> None:
    assert to_profile("1", {"email": address, "verified": True}).email is None


@pytest.mark.parametrize(
    ("discriminator", "name"),
    [("1337", "ada#1337"), ("0", "ada"), ("0000", "ada"), ("", "ada"), (1337, "ada"), ("13\n7", "ada"), (None, "ada")],
)
def test_digits_tell_older_accounts_of_one_name_apart(discriminator: object, name: str) -> None:
    profile = to_profile("1", {"username": "ada", "discriminator": discriminator})
    assert (profile.preferred_username, profile.nickname) == (name, name)


@pytest.mark.threat(50)
@pytest.mark.parametrize(
    ("avatar", "picture"),
    [
        (HASH, f"{CDN}/{HASH}.png"),
        (f"a_{HASH}", f"{CDN}/a_{HASH}.gif"),
        *((odd, None) for odd in (None, "", 1, "../../x", f"{HASH}?x=1", HASH.upper(), HASH[:-1], f"{HASH}\n")),
    ],
)
def test_picture_is_made_of_a_plain_hash_or_not_at_all(avatar: object, picture: str | None) -> None:
    assert to_profile("1", {"avatar": avatar}).picture == picture
