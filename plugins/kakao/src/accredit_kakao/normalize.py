"""Kakao's words for a person to OIDC claims.

Sources: https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#kakaoaccount (`user/me`), and #oidc-id-token.
Where a field is absent and its `…_needs_agreement` is true, the user may still allow it: it is no claim.
"""

import re
from collections.abc import Mapping
from typing import Any

from accredit.profile import Assurance, Email, Profile
from accredit.text import email_address, text, web_url

_YEAR = re.compile(r"[1-9][0-9]{3}")
_DAY = re.compile(r"(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])")


def to_profile(said: Mapping[str, Any]) -> Profile:
    """Return what `user/me` or an ID token says."""
    account = said.get("kakao_account")
    return _of_account(account) if isinstance(account, dict) else _of_id_token(said)


def _of_id_token(claims: Mapping[str, Any]) -> Profile:
    address = email_address(claims.get("email"))
    return Profile(
        nickname=text(claims.get("nickname")),
        picture=web_url(claims.get("picture")),
        # An ID token does not say whether the address is verified.
        email=None if address is None else Email(address, Assurance.UNVERIFIED),
    )


def _of_account(account: Mapping[str, Any]) -> Profile:
    profile = account.get("profile")
    shown: Mapping[str, Any] = profile if isinstance(profile, dict) else {}
    gender = account.get("gender")
    return Profile(
        name=text(account.get("name")),
        nickname=None if shown.get("is_default_nickname") is True else text(shown.get("nickname")),
        picture=None if shown.get("is_default_image") is True else web_url(shown.get("profile_image_url")),
        gender=gender if gender in ("female", "male") else None,
        birthdate=_birthdate(account),
        email=_email(account),
    )


def _birthdate(account: Mapping[str, Any]) -> str | None:
    """Return year and day as far as they are stated. A lunar birthday is another day in each solar year: no claim."""
    year, day, kind = account.get("birthyear"), account.get("birthday"), account.get("birthday_type")
    if kind == "LUNAR":
        return None
    year = year if isinstance(year, str) and _YEAR.fullmatch(year) else None
    month_day = _DAY.fullmatch(day) if kind == "SOLAR" and isinstance(day, str) else None
    if month_day is None:
        return year
    return f"{year or '0000'}-{month_day[1]}-{month_day[2]}"


def _email(account: Mapping[str, Any]) -> Email | None:
    """Take an address for verified that still is this user's (`is_email_valid`), and was verified."""
    address = email_address(account.get("email"))
    if address is None:
        return None
    is_theirs = account.get("is_email_valid") is True and account.get("is_email_verified") is True
    return Email(address, Assurance.PROVIDER_ASSERTED if is_theirs else Assurance.UNVERIFIED)
