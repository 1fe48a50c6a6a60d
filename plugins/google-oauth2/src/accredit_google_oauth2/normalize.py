"""Google's claims to ours: userinfo and ID token hold the same ones."""

from collections.abc import Mapping
from typing import Any

from accredit.profile import Assurance, Email, Profile
from accredit.text import email_address, text


def to_profile(claims: Mapping[str, Any]) -> Profile:
    """Return what Google states about a person; every claim but `sub` may be absent.

    Source: https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
    """
    return Profile(
        # What is passed on as it stands, the profile cleans or leaves out.
        name=claims.get("name"),
        given_name=claims.get("given_name"),
        family_name=claims.get("family_name"),
        profile=claims.get("profile"),
        picture=claims.get("picture"),
        locale=claims.get("locale"),
        email=_email(claims),
    )


def _email(claims: Mapping[str, Any]) -> Email | None:
    address = email_address(claims.get("email"))
    return None if address is None else Email(address, _assurance(address, claims))


def _assurance(address: str, claims: Mapping[str, Any]) -> Assurance:
    """Google runs gmail.com and Workspace domains; any other address may have changed hands since it was verified.

    The boolean comes first, for gmail.com too: without a clear yes nothing is asserted. A string "true" is not one.
    Source: https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
    """
    if claims.get("email_verified") is not True:
        return Assurance.UNVERIFIED
    if address.lower().endswith("@gmail.com") or text(claims.get("hd")) is not None:
        return Assurance.AUTHORITATIVE
    return Assurance.PROVIDER_ASSERTED
