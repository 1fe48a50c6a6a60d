"""Whose tokens these are: a tenant is an organization's directory, or the one of all personal accounts."""

import re
from collections.abc import Collection, Mapping
from typing import Any, TypeGuard

CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of personal accounts.
Source: https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference, at `tid`."""
WORDS = ("common", "organizations", "consumers")
"""Everybody; every organization, and no personal account; personal accounts.
Source: https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc, at `tenant`."""
PLACEHOLDER = "{tenantid}"
"""What stands for the tenant in the issuer of a document that serves all tenants."""

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def is_guid(value: object) -> TypeGuard[str]:
    """Tell whether this is a GUID as Microsoft writes them, in small letters: one thing has one spelling."""
    return isinstance(value, str) and _GUID.fullmatch(value) is not None


def is_issued(template: str, claims: Mapping[str, Any], key: Mapping[str, Any]) -> bool:
    """Tell whether `iss` is the issuer of the token's own tenant, and the key one that may sign for it.

    `template` is the issuer with `{tenantid}`. Each key says for whom it signs, in a member `issuer`: for every tenant,
    or for one, which alone it may then sign for. A key that does not say so is none.
    Source: https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-the-signing-key-issuer
    """
    tenant = claims.get("tid")
    if not is_guid(tenant):
        return False
    issuer = template.replace(PLACEHOLDER, tenant)
    return claims.get("iss") == issuer and key.get("issuer") in (template, issuer)


def is_accepted(tenant: str, accepted: Collection[str]) -> bool:
    """Tell whether a tenant is among those of the settings: GUIDs and `WORDS`."""
    words = {"common", "consumers"} if tenant == CONSUMERS else {"common", "organizations", tenant}
    return not words.isdisjoint(accepted)
