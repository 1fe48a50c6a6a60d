"""LinkedIn's claims to ours: userinfo and ID token hold the same ones."""

import re
from collections.abc import Mapping
from typing import Any

from accredit.profile import Assurance, Email, Profile
from accredit.text import email_address, text

_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?")


def to_profile(claims: Mapping[str, Any]) -> Profile:
    """Return what LinkedIn states about a member; every claim but `sub` may be absent.

    Source: https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2
    """
    return Profile(
        # What is passed on as it stands, the profile cleans or leaves out.
        name=claims.get("name"),
        given_name=claims.get("given_name"),
        family_name=claims.get("family_name"),
        picture=claims.get("picture"),
        locale=_locale(claims.get("locale")),
        email=_email(claims),
    )


def _email(claims: Mapping[str, Any]) -> Email | None:
    address = email_address(claims.get("email"))
    if address is None:
        return None
    is_verified = claims.get("email_verified") is True
    return Email(address, Assurance.PROVIDER_ASSERTED if is_verified else Assurance.UNVERIFIED)


def _locale(value: object) -> str | None:
    """Read `en_US`, `en-US`, or an object of language and country. Source: the two spellings and the object were seen.

    https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2 (the text);
    supabase/auth, internal/api/provider/linkedin_oidc.go (the object).
    """
    if isinstance(value, Mapping):
        language, country = text(value.get("language")), text(value.get("country"))
        value = language if country is None else f"{language}-{country}"
    parts = _LANGUAGE.fullmatch(text(value) or "")
    if parts is None:
        return None
    language, region = parts.groups()
    return f"{language.lower()}-{region.upper()}" if region else language.lower()
