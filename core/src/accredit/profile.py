"""What a provider says about a person, as OIDC claims. Source: OpenID Connect Core 1.0 section 5.1."""

import enum
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

from accredit._quick_init import with_quick_init
from accredit.text import LONGEST_PLACE, email_address, short_text, text, web_url

LONGEST_PROFILE_BYTES = 6144
"""All claims together, as JSON in ASCII: so much fits into every token, with whatever else stands there."""
_LAST_SECOND = 253_402_300_799
"""Of the year 9999. Whole numbers from a provider may have thousands of digits."""


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
    """An address with its assurance. In a `Profile` it is a plain one (`accredit.text.email_address`), or gone."""

    address: str
    assurance: Assurance

    @property
    def verified(self) -> bool:
        """Say what `email_verified` will be: true from `provider_asserted` up."""
        return self.assurance is Assurance.PROVIDER_ASSERTED or self.assurance is Assurance.AUTHORITATIVE


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Claims about one person. What the provider did not state is None, never empty.

    `birthdate` is `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`; `locale` is a BCP 47 tag; `updated_at` is epoch seconds;
    `address` is a free-text location and becomes `{"formatted": …}`.

    Whatever a strategy passes, each claim is then what `accredit.text` makes of it: cut, cleaned, or None. Of more
    than `LONGEST_PROFILE_BYTES` in all the longest claims go.

    Raises:
        TypeError: `email` is no `Email`.
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
        texts = ""
        stated = self._plain_claims()
        if self.address is not None:
            stated["address"] = self.address
        for name, value in stated.items():
            clean = _RULES[name](value)
            if clean is not value:
                self._set(name, clean)
            if type(clean) is str:
                texts += clean
        if self.email is not None and (email := _cleaned(self.email)) is not self.email:
            self._set("email", email)
        # Most profiles are so short that nobody need count: JSON in ASCII has at most three bytes for one of UTF-8.
        if len(texts.encode()) * 3 >= LONGEST_PROFILE_BYTES // 2:
            self._shorten()

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)  # frozen for everybody else

    def _shorten(self) -> None:
        """Leave out the longest claims until the rest is short enough."""
        texts = {name: value for name in _RULES if isinstance(value := getattr(self, name), str)}
        longest_first = sorted(texts, key=lambda name: len(json.dumps(texts[name])), reverse=True)
        while len(json.dumps(self.claims())) > LONGEST_PROFILE_BYTES:
            self._set(longest_first.pop(0), None)

    def claims(self) -> dict[str, Any]:
        """Return the claims that are stated, under their OIDC names."""
        claims = self._plain_claims()
        if self.email is not None:
            claims["email"] = self.email.address
            claims["email_verified"] = self.email.verified
        if self.address is not None:
            claims["address"] = {"formatted": self.address}
        return claims

    def _plain_claims(self) -> dict[str, Any]:
        """Return those that stand there as they are. Each login asks twice, and a loop takes four times as long."""
        claims: dict[str, Any] = {}
        if self.name is not None:
            claims["name"] = self.name
        if self.family_name is not None:
            claims["family_name"] = self.family_name
        if self.given_name is not None:
            claims["given_name"] = self.given_name
        if self.middle_name is not None:
            claims["middle_name"] = self.middle_name
        if self.nickname is not None:
            claims["nickname"] = self.nickname
        if self.preferred_username is not None:
            claims["preferred_username"] = self.preferred_username
        if self.profile is not None:
            claims["profile"] = self.profile
        if self.picture is not None:
            claims["picture"] = self.picture
        if self.website is not None:
            claims["website"] = self.website
        if self.gender is not None:
            claims["gender"] = self.gender
        if self.birthdate is not None:
            claims["birthdate"] = self.birthdate
        if self.zoneinfo is not None:
            claims["zoneinfo"] = self.zoneinfo
        if self.locale is not None:
            claims["locale"] = self.locale
        if self.updated_at is not None:
            claims["updated_at"] = self.updated_at
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


def _moment(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= _LAST_SECOND else None  # not isinstance: True is an int


def _cleaned(email: object) -> Email | None:
    if not isinstance(email, Email):
        raise TypeError("email must be an Email")
    address = email_address(email.address)
    if address is None or address == email.address:
        return None if address is None else email
    return replace(email, address=address)


_RULES: Mapping[str, Callable[[object], str | int | None]] = {
    **dict.fromkeys(PROFILE_CLAIMS, text),
    **dict.fromkeys(("profile", "picture", "website"), web_url),
    **dict.fromkeys(("birthdate", "zoneinfo", "locale"), partial(short_text, longest=64)),
    "updated_at": _moment,
    "address": partial(text, longest=LONGEST_PLACE),
}
"""What each claim goes through, but for the e-mail address."""
