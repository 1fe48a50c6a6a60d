"""The sample app, its tenants, and what Microsoft says of each person in an ID token."""

from typing import Any

from accredit.testing import Person
from accredit_microsoft.tenants import CONSUMERS

CLIENT_ID = "5a5a0000-51b0-4000-8000-00000000a001"
CLIENT_SECRET = "sim~microsoft-client-secret"  # noqa: S105  # published sample secret of an app that does not exist
FOREIGN = "5a5a0000-51b0-4000-8000-00000000a002"
TENANT = "7e7a0000-51b0-4000-8000-00000000b001"
OTHER_TENANT = "7e7a0000-51b0-4000-8000-00000000b002"
GRAPH = "00000003-0000-0000-c000-000000000000"
"""The audience of Microsoft Graph.
Source: https://learn.microsoft.com/en-us/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in"""
TEMPLATE = "https://login.microsoftonline.com/{tenantid}/v2.0"
LIFE_S = 3600
EARLIER_S = 300
"""`iat` and `nbf` lie some minutes back. Nobody documents it; seen in tokens."""


def issuer(tenant: str) -> str:
    """Return the issuer of a tenant's tokens of version 2.0."""
    return f"https://login.microsoftonline.com/{tenant}/v2.0"


def object_id(someone: Person) -> str:
    """Return the person's id in our tenant."""
    digits = f"{someone.number:016x}"
    return f"0b1ec700-51b0-4000-{digits[:4]}-{digits[4:]}"


def personal_id(someone: Person) -> str:
    """Return the id of a personal account: a number of 64 bits in the form of a GUID."""
    digits = f"{someone.number:016x}"
    return f"00000000-0000-0000-{digits[:4]}-{digits[4:]}"


def make_claims(someone: Person, now: int) -> dict[str, Any]:
    """Return the payload of an ID token for our app, of a member of our tenant, without optional claims but names.

    Source: https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference
    """
    return {
        "aud": CLIENT_ID,
        "iss": issuer(TENANT),
        "iat": now - EARLIER_S,
        "nbf": now - EARLIER_S,
        "exp": now - EARLIER_S + LIFE_S,
        "aio": f"AWQAsim/{someone.key}",
        "name": someone.name,
        "given_name": someone.given_name,
        "family_name": someone.family_name,
        "oid": object_id(someone),
        "preferred_username": f"{someone.screen_name}@simulated.onmicrosoft.com",
        "rh": f"0.sim.{someone.key}",
        "sub": f"sim-{someone.key}_{someone.number}",
        "tid": TENANT,
        "uti": f"sim{someone.number}",
        "ver": "2.0",
        "email": someone.email,
    }


def expected_claims(someone: Person) -> dict[str, Any]:
    """Return the claims that our ID token must hold: an address of which Microsoft says nothing is not verified."""
    claims = {
        "sub": f"microsoft|{TENANT}.{object_id(someone)}",
        "name": someone.name,
        "given_name": someone.given_name,
        "family_name": someone.family_name,
        "preferred_username": f"{someone.screen_name}@simulated.onmicrosoft.com",
        "email": someone.email,
        "email_verified": None if someone.email is None else False,
    }
    return {name: value for name, value in claims.items() if value is not None}


def personal(someone: Person) -> dict[str, Any]:
    """Return what is otherwise in a token of a personal account."""
    return {"tid": CONSUMERS, "iss": issuer(CONSUMERS), "oid": personal_id(someone)}
