"""What an operator says about one app registration, or several of the same users."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from accredit.settings import AppId, AppSecret, CodeSettings, Domain, HttpsUrl, ListOf
from accredit_microsoft.tenants import CONSUMERS, PLACEHOLDER, WORDS, is_guid

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_TEMPLATE = re.compile(rf"https://{_LABEL}(?:\.{_LABEL})+/{re.escape(PLACEHOLDER)}(?:/[A-Za-z0-9._~-]+)*/?")


def _client_id(value: str) -> str:
    if not is_guid(value):
        raise ValueError("is no application id: a GUID in small letters, as in `aud`")
    return value


def _tenant(value: str) -> str:
    if value == CONSUMERS:
        raise ValueError("is the tenant of personal accounts: write consumers")
    if value not in WORDS and not is_guid(value):
        raise ValueError("is no tenant: a GUID in small letters, common, organizations or consumers; no domain")
    return value


def _template(value: str) -> str:
    if not _TEMPLATE.fullmatch(value):
        raise ValueError(f"must be an https URL whose path begins with /{PLACEHOLDER}")
    return value


class MicrosoftSettings(CodeSettings):
    """One app registration in Microsoft Entra, or several whose users are the same people."""

    client_ids: Annotated[ListOf[Annotated[AppId, AfterValidator(_client_id)]], Field(min_length=1)]
    """The application (client) ids, GUIDs in small letters. A token of any other application is refused.
    `client_secret` is that of the first."""
    client_secret: AppSecret | None = None
    """Needed for codes alone, together with `token_url`: without them codes are refused."""
    tenants: Annotated[ListOf[Annotated[str, AfterValidator(_tenant)]], Field(min_length=1)]
    """Whose users may log in: ids of tenants, GUIDs in small letters, and `consumers` for personal accounts; or, alone,
    `organizations` for every organization on earth, or `common` for everybody.
    Source: https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-the-issuer"""
    email_domains: ListOf[Domain] = ()
    """Domains whose addresses you believe of the tenants that you list by id, and of their members alone: their
    administrators decide what stands there. Needs such a tenant."""
    issuer_template: Annotated[str, AfterValidator(_template)] = "https://login.microsoftonline.com/{tenantid}/v2.0"
    """The issuer as Microsoft's own document for all tenants has it; another one in a national cloud. A name that is
    compared, and not called.
    Source: https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration"""
    jwks_url: HttpsUrl = "https://login.microsoftonline.com/common/discovery/v2.0/keys"
    """The keys, each with its `issuer`."""
    token_url: HttpsUrl | None = None
    """Where codes are exchanged, `https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token`, with the tenant or the
    word that your app begins its logins with.
    Source: https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes, at AADSTS700005"""

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """The application ids, compared exactly."""
        return frozenset(self.client_ids)

    @property
    def user_id_issuer(self) -> str:
        """The cloud: within it an id, of tenant and object, is one user at every app, wherever its codes go."""
        return self.issuer_template

    @model_validator(mode="after")
    def _check(self) -> "MicrosoftSettings":
        many = {"common", "organizations"}.intersection(self.tenants)
        if many and len(self.tenants) > 1:
            raise ValueError("tenants: common and organizations stand alone: they let in whatever stands beside them")
        if self.email_domains and not any(map(is_guid, self.tenants)):
            raise ValueError("email_domains needs a tenant by its id: any other tenant could state such an address")
        if (self.client_secret is None) != (self.token_url is None):
            raise ValueError("client_secret and token_url go together: codes need both")
        return self
