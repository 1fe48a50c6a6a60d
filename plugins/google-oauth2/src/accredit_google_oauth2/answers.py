"""Read Google's answers: what a success holds, for whom an access token was minted, and what a code gives."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from accredit.audience import JwtAudience
from accredit.errors import InvalidProviderToken, MissingPermission, ProviderUnavailable
from accredit.refusals import Line, refusal, retry_after_s
from accredit.revocation import RevocableToken
from accredit.strategy import ProviderResponse
from accredit_google_oauth2.refusals import ERRORS, EXCHANGE_ERRORS, REVOKE_ERRORS, UNKNOWN_TOKEN, code_of

IDENTITY_SCOPES = frozenset(
    {
        *("openid", "profile", "email"),
        "https://www.googleapis.com/auth/userinfo.profile",
        "https://www.googleapis.com/auth/userinfo.email",
    }
)
"""A token needs one of these to say who the user is. `profile` and `email` are short names of the last two.

Source: https://www.googleapis.com/discovery/v1/apis/oauth2/v2/rest, `scopes` of `oauth2.userinfo.get`: any of them.
"""

_VISIBLE = re.compile(r"[\x21-\x7e]{1,2048}")
_LONGEST_S = 10**9
_EPOCH_SECONDS = re.compile(r"[0-9]{1,12}")


class TokenInfo(NamedTuple):
    """A live access token of a user. Whether it is *ours* is for the engine to check."""

    subject: str
    audience: JwtAudience
    scopes: frozenset[str]
    expires_at: int

    def is_for(self, accepted: AbstractSet[str]) -> bool:
        """Tell whether the token is of our project, so that what is said of its project is said of ours."""
        named = {*self.audience.aud, *(() if self.audience.azp is None else (self.audience.azp,))}
        return named <= accepted

    @classmethod
    def parse(cls, answer: Mapping[str, Any], *, now: float) -> "TokenInfo":
        """Read an answer of the v3 form. The v1 form (`audience`, `user_id`) is refused, never guessed at.

        Raises:
            InvalidProviderToken: the token has expired.
            MissingPermission: the token does not say who the user is: a service account, or no identity scope.
            ProviderUnavailable: a field is missing or of the wrong type.
        """
        aud, azp = _text(answer, "aud"), _text(answer, "azp") if "azp" in answer else None
        scopes = frozenset(_text(answer, "scope", may_be_empty=True).split())
        exp = _text(answer, "exp")  # tokeninfo sends every number as a string
        if not _EPOCH_SECONDS.fullmatch(exp):
            raise ProviderUnavailable("tokeninfo: exp is no string of seconds")
        if now >= int(exp):
            raise InvalidProviderToken("access token has expired")
        if "sub" not in answer:
            raise MissingPermission("tokeninfo names no user")
        subject = _text(answer, "sub")
        if not scopes & IDENTITY_SCOPES:
            raise MissingPermission("access token has no identity scope")
        return cls(subject, JwtAudience((aud,), azp), scopes, int(exp))


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What a code was exchanged for, as far as we use it."""

    id_token: str = field(repr=False)
    scopes: frozenset[str]
    revocable: RevocableToken | None
    """The refresh token, which comes where the app has asked for offline access; else the access token."""


def read_exchange(response: ProviderResponse, *, now: float) -> Exchanged:
    """Read the answer of the exchange; `now` is in epoch seconds, and before the call.

    Source: https://developers.google.com/identity/openid-connect/openid-connect#exchangecode

    Raises:
        ExchangeError: Google reports an error; the class says whose.
        MissingPermission: no ID token came: the scope `openid` was not asked for.
        ProviderUnavailable: a field is missing or of the wrong type, or the token has no time left.
    """
    body = read_object("token", response, now=now, errors=EXCHANGE_ERRORS)
    id_token, scope, lasts_s = body.get("id_token"), body.get("scope", ""), body.get("expires_in", 1)
    if not isinstance(body.get("access_token"), str):
        raise ProviderUnavailable("token: access_token is missing or no string")
    if type(lasts_s) is not int or lasts_s <= 0:  # not isinstance: True is an int
        raise ProviderUnavailable("token: expires_in is no time")
    if id_token is None:
        raise MissingPermission("token: no id_token: the scope openid is missing")
    if not isinstance(id_token, str) or not isinstance(scope, str):
        raise ProviderUnavailable("token: id_token or scope is no string")
    return Exchanged(id_token, frozenset(scope.split()), _revocable(body, now=now))


def read_revocation(response: ProviderResponse, *, now: float) -> None:
    """Pass where a token is revoked, or was before; `now` is in epoch seconds.

    Source: https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke

    Raises:
        ExchangeError: Google reports another error; the class says whose.
        ProviderUnavailable: Google is down, or its answer is not understood.
    """
    if response.status == 200 and not response.body:
        return
    if response.status == 400 and response.object_or_empty().get("error") == UNKNOWN_TOKEN:
        return
    if read_object("revoke", response, now=now, errors=REVOKE_ERRORS):
        raise ProviderUnavailable("revoke: an answer that is not empty")


def _revocable(body: Mapping[str, Any], *, now: float) -> RevocableToken | None:
    """Return what there is; the login does not hang on it."""
    refresh_token, access_token, lasts_s = body.get("refresh_token"), body["access_token"], body.get("expires_in")
    if isinstance(refresh_token, str) and _VISIBLE.fullmatch(refresh_token):
        return RevocableToken.of(refresh_token, kind="refresh_token")
    if not _VISIBLE.fullmatch(access_token) or lasts_s is None or lasts_s >= _LONGEST_S:
        return None
    return RevocableToken.of(access_token, kind="access_token", expires_at=int(now) + lasts_s)


def read_object(
    call: str, response: ProviderResponse, *, now: float, errors: Mapping[str, Line] = ERRORS
) -> dict[str, Any]:
    """Return the JSON object of a success; `errors` says what a failure means.

    Raises:
        ExchangeError: Google reports an error; the class says whose.
        ProviderUnavailable: Google is down, or its answer is not understood.
    """
    body = response.object_or_empty()
    if response.status == 200 and not body.keys() & {"error", "error_description"}:
        return body
    code, wait_s = code_of(response.status, body), retry_after_s(response, now=now)
    raise refusal(errors, code, call=call, response=response, retry_after_s=wait_s)


def _text(answer: Mapping[str, Any], field: str, *, may_be_empty: bool = False) -> str:
    value = answer.get(field)
    if not isinstance(value, str) or not (value or may_be_empty):
        raise ProviderUnavailable(f"tokeninfo: {field} is missing or no string")
    return value
