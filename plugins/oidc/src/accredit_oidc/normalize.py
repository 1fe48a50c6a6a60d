"""The standard claims of a person, which ID tokens and userinfo share. Source: OpenID Connect Core 1.0 section 5.1."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from accredit.profile import Assurance, Email, Profile
from accredit.text import email_address


def to_profile(
    claims: Mapping[str, Any], *, email_domains: AbstractSet[str] = frozenset(), verified_as_text: bool = False
) -> Profile:
    """Return what the provider states. The addresses of `email_domains` are its own to give out."""
    locale, address = claims.get("locale"), claims.get("address")
    return Profile(
        # What is passed on as it stands, the profile cleans or leaves out.
        name=claims.get("name"),
        given_name=claims.get("given_name"),
        family_name=claims.get("family_name"),
        middle_name=claims.get("middle_name"),
        nickname=claims.get("nickname"),
        preferred_username=claims.get("preferred_username"),
        profile=claims.get("profile"),
        picture=claims.get("picture"),
        website=claims.get("website"),
        gender=claims.get("gender"),
        birthdate=claims.get("birthdate"),
        zoneinfo=claims.get("zoneinfo"),
        locale=locale.replace("_", "-") if isinstance(locale, str) else None,
        updated_at=claims.get("updated_at"),
        address=address.get("formatted") if isinstance(address, dict) else address,
        email=_email(claims, email_domains, verified_as_text=verified_as_text),
    )


def _email(claims: Mapping[str, Any], own: AbstractSet[str], *, verified_as_text: bool) -> Email | None:
    address = email_address(claims.get("email"))
    if address is None:
        return None
    if not _is_yes(claims.get("email_verified"), as_text=verified_as_text):
        return Email(address, Assurance.UNVERIFIED)
    is_own = address.rpartition("@")[2].lower() in own
    return Email(address, Assurance.AUTHORITATIVE if is_own else Assurance.PROVIDER_ASSERTED)


def _is_yes(value: object, *, as_text: bool) -> bool:
    """Tell whether a flag says yes: by the boolean, or, where the operator says so, by a text or a number as well."""
    if value is True or not as_text:
        return value is True
    return value.lower() in {"true", "1"} if isinstance(value, str) else type(value) is int and value == 1
