"""Read Naver's answers: what a code was exchanged for, and who its user is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from accredit.errors import ProviderUnavailable
from accredit.refusals import Line
from accredit.revocation import RevocableToken
from accredit.strategy import ProviderResponse
from accredit_naver.refusals import EXCHANGE_ERRORS, REVOKE_ERRORS, refused

USER_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""Naver names no form. Those that are seen have 43 characters of base64url, and older ones are digits."""
_VISIBLE = re.compile(r"[\x21-\x7e]{1,2048}")
_SECONDS = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class NewTokens:
    """What a code was exchanged for. `expires_at` is in epoch seconds."""

    access_token: str = field(repr=False)
    id_token: str | None = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: int

    @classmethod
    def parse(cls, response: ProviderResponse, *, now: float) -> "NewTokens":
        """Read the answer of the exchange; `now` is in epoch seconds, and before the call.

        Source: https://developers.naver.com/docs/login/devguide/devguide.md, sections 3.4.4 and 3.5.6

        Raises:
            ExchangeError: Naver refuses the code; the class says whose fault it is.
            ProviderUnavailable: a field is missing or of a wrong type.
        """
        body = response.object_or_empty()
        if response.status != 200 or "error" in body:
            raise refused("token", response, body, EXCHANGE_ERRORS, now=now)
        access_token = _token(body, "access_token")
        if access_token is None:
            raise ProviderUnavailable("token: access_token is missing")
        left_s = body.get("expires_in")
        # A number by the page's table, and a text in all of its examples.
        written = str(left_s) if type(left_s) is int else left_s  # not isinstance: True is an int
        if not isinstance(written, str) or not _SECONDS.fullmatch(written):
            raise ProviderUnavailable("token: expires_in is no number of seconds")
        return cls(access_token, _token(body, "id_token"), _token(body, "refresh_token"), int(now) + int(written))

    def revocable(self, client_id: str) -> RevocableToken | None:
        """Return what can take back at any time what the user has granted; an access token ends within the hour."""
        if self.refresh_token is None:
            return None
        return RevocableToken(value=SecretStr(self.refresh_token), kind="refresh_token", client_id=client_id)


def read_user(response: ProviderResponse, errors: Mapping[str, Line], *, now: float) -> tuple[str, Mapping[str, Any]]:
    """Return the id of a user and all that is said of them; `errors` says what a failure means.

    Source: https://developers.naver.com/docs/login/profile/profile.md

    Raises:
        ExchangeError: Naver refuses; the class follows the code, by `errors`.
        ProviderUnavailable: Naver is down, or its answer is not understood.
    """
    body = response.object_or_empty()
    if response.status != 200 or body.get("resultcode") != "00":
        raise refused("nid/me", response, body, errors, now=now)
    user = body.get("response")
    user_id = user.get("id") if isinstance(user, dict) else None
    if not isinstance(user, dict) or not isinstance(user_id, str) or not USER_ID.fullmatch(user_id):
        raise ProviderUnavailable("nid/me: response.id is missing or no id")
    return user_id, user


def read_revocation(response: ProviderResponse, *, now: float) -> None:
    """Return where Naver says that it is done, which it says by the status alone.

    Source: https://developers.naver.com/docs/login/devguide/devguide.md, section 4.3.1

    Raises:
        ExchangeError: Naver refuses; the class says whose fault it is.
        ProviderUnavailable: Naver is down.
    """
    if response.status != 200:
        raise refused("revoke", response, response.object_or_empty(), REVOKE_ERRORS, now=now)


def _token(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not (isinstance(value, str) and _VISIBLE.fullmatch(value)):
        raise ProviderUnavailable(f"token: {name} is no token")
    return value
