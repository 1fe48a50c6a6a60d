"""What a provider says about a person, as OIDC claims. Source: OpenID Connect Core 1.0 section 5.1."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit


class Assurance(enum.StrEnum):
    """How sure we are that an e-mail address belongs to the person."""

    UNVERIFIED = "unverified"
    """The provider hands the address out but does not vouch for it (Facebook, Weibo)."""
    PROVIDER_ASSERTED = "provider_asserted"
    """The provider says that it verified the address (Google's boolean, X)."""
    AUTHORITATIVE = "authoritative"
    """The provider runs the domain itself (gmail.com, Google Workspace)."""


@dataclass(frozen=True, slots=True)
class Email:
    """An address with its assurance."""

    address: str
    assurance: Assurance

    @property
    def verified(self) -> bool:
        """Say what `email_verified` will be: true from `provider_asserted` up."""
        return self.assurance is Assurance.PROVIDER_ASSERTED or self.assurance is Assurance.AUTHORITATIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Claims about one person. What the provider did not state is None, never empty.

    `birthdate` is `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`; `locale` is a BCP 47 tag; `updated_at` is epoch seconds;
    `address` is a free-text location and becomes `{"formatted": …}`.

    Raises:
        ValueError: a claim is an empty string; pass it through `text` first.
    """

    name: str | None = None
    family_name: str | None = None
    given_name: str | None = None
    middle_name: str | None = None
    nickname: str | None = None
    preferred_username: str | None = None
    profile: str | None = None
    picture: str | None = None
    website: str | None = None
    gender: str | None = None
    birthdate: str | None = None
    zoneinfo: str | None = None
    locale: str | None = None
    updated_at: int | None = None
    email: Email | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) == "":
                raise ValueError(f"claim {field.name} is empty; leave it out instead")

    def claims(self) -> dict[str, Any]:
        """Return the claims that are stated, under their OIDC names."""
        claims: dict[str, Any] = {name: value for name in PROFILE_CLAIMS if (value := getattr(self, name)) is not None}
        if self.email is not None:
            claims["email"] = self.email.address
            claims["email_verified"] = self.email.verified
        if self.address is not None:
            claims["address"] = {"formatted": self.address}
        return claims


PROFILE_CLAIMS = tuple(f.name for f in fields(Profile) if f.name not in {"email", "address"})
"""The 14 claims of scope `profile`, in the order of OpenID Connect Core 1.0 section 5.4."""

SCOPE_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "profile": PROFILE_CLAIMS,
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}
"""Which claims each scope opens. Source: OpenID Connect Core 1.0 section 5.4."""


def text(value: object) -> str | None:
    """Return a provider's text, or None where it is absent, blank or not a string at all.

    Half a surrogate pair, which JSON can hold (a name cut off inside an emoji), becomes U+FFFD: UTF-8 cannot hold it.
    """
    if not isinstance(value, str):
        return None
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip() or None


def web_url(value: object) -> str | None:
    """Return a provider's link, or None where it is not an http or https URL with a host, in one printable piece."""
    url = text(value)
    if url is None or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        return url if parts.scheme in {"http", "https"} and parts.hostname else None
    except ValueError:  # an unfinished IPv6 address
        return None
