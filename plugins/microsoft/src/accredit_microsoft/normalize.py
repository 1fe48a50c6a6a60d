"""The claims of Microsoft's ID tokens to ours."""

from collections.abc import Collection, Mapping
from typing import Any

from accredit.profile import Assurance, Email, Profile
from accredit.text import email_address


def to_profile(claims: Mapping[str, Any], *, tenants: Collection[str], email_domains: Collection[str]) -> Profile:
    """Return what an ID token states of a user; `tenants` and `email_domains` are those of the settings.

    Source: https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference and
    https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference (`xms_pl`, the names)
    """
    return Profile(
        # What is passed on as it stands, the profile cleans or leaves out.
        name=claims.get("name"),
        given_name=claims.get("given_name"),
        family_name=claims.get("family_name"),
        preferred_username=claims.get("preferred_username"),
        locale=claims.get("xms_pl"),
        email=_email(claims, tenants, email_domains),
    )


def _email(claims: Mapping[str, Any], tenants: Collection[str], domains: Collection[str]) -> Email | None:
    """Say how far to believe an address, which any administrator of any tenant may have written.

    Source: https://learn.microsoft.com/en-us/entra/identity-platform/migrate-off-email-claim-authorization
    """
    address = email_address(claims.get("email"))
    if address is None:
        return None
    if "xms_edov" in claims:  # where Microsoft says no, nobody else says yes
        is_believed = _is_yes(claims["xms_edov"])
    else:
        is_believed = _domain_of(address) in domains and claims.get("tid") in tenants and _is_member(claims)
    return Email(address, Assurance.PROVIDER_ASSERTED if is_believed else Assurance.UNVERIFIED)


def _domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _is_member(claims: Mapping[str, Any]) -> bool:
    """Tell whether the tenant itself has logged the user in, and no other one a guest.

    `idp` is absent then, or names the tenant: by its issuer, or by that of the older tokens.
    Source: https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference, at `idp`
    """
    ours = (claims.get("iss"), f"https://sts.windows.net/{claims.get('tid')}/")
    return claims.get("acct", 0) == 0 and claims.get("idp", ours[0]) in ours


def _is_yes(value: object) -> bool:
    """Read `xms_edov`: a boolean by the reference, and a number or a text in tokens that were seen.

    Source: https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference, at `xms_edov`;
    supabase/auth, internal/api/provider/oidc.go (`AzureIDTokenClaims`)
    """
    return (type(value) in (bool, int) and value == 1) or (isinstance(value, str) and value in ("true", "1"))
