"""Read LinkedIn's answers: refusals become errors of `accredit.errors`, introspection becomes an `Introspection`.

Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/token-introspection
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.refusals import Line, refusal, retry_after_s
from accredit.strategy import ProviderResponse
from accredit_linkedin.refusals import CODE_ERRORS, OAUTH_ERRORS, USERINFO_ERRORS, oauth_code, userinfo_code

MEMBER = "3L"
"""The kind of token that a member has allowed; `2L` is an app's own, `Enterprise_User` an enterprise product's."""

_SEPARATORS = re.compile(r"[,\s]+")


class Introspection(NamedTuple):
    """A live access token. `expires_at` is in epoch seconds."""

    client_id: str
    is_members: bool
    scopes: frozenset[str]
    expires_at: int


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What a code was exchanged for. `expires_at` is in epoch seconds."""

    access_token: str = field(repr=False)
    id_token: str | None = field(repr=False)
    scopes: frozenset[str]
    expires_at: int


def read_exchange(response: ProviderResponse, *, now: float) -> Exchanged:
    """Read an answer of `accessToken`; `now` is in epoch seconds.

    Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow

    Raises:
        ExchangeError: LinkedIn refuses; the class says whose fault it is.
        ProviderUnavailable: a field is missing or of a wrong type.
    """
    body = _success("accessToken", response, now=now, errors=CODE_ERRORS, code_of=oauth_code)
    lasts_s = body.get("expires_in")
    if type(lasts_s) is not int or lasts_s <= 0:  # not isinstance: True is an int
        raise ProviderUnavailable("accessToken: expires_in is missing or no time")
    return Exchanged(
        access_token=_text(body, "access_token", call="accessToken"),
        id_token=_text(body, "id_token", call="accessToken") if "id_token" in body else None,
        scopes=_scopes(body, call="accessToken"),
        expires_at=int(now) + lasts_s,
    )


def read_introspection(response: ProviderResponse, *, now: float) -> Introspection:
    """Read an answer of `introspectToken`; `now` is in epoch seconds.

    Raises:
        InvalidProviderToken: the token is not active.
        ExchangeError: LinkedIn refuses; the class says whose fault it is.
        ProviderUnavailable: a field is missing or of a wrong type.
    """
    body = _success("introspectToken", response, now=now, errors=OAUTH_ERRORS, code_of=oauth_code)
    match body.get("active"):
        case False:
            raise InvalidProviderToken("introspectToken: the token is not active")
        case True:
            pass
        case _:
            raise ProviderUnavailable("introspectToken: active is no boolean")
    # Optional, and must not contradict what `active` says.
    if body.get("status", "active") != "active":
        raise InvalidProviderToken("introspectToken: the status of the token is not active")
    expires_at = body.get("expires_at")
    if type(expires_at) is not int or expires_at <= 0:  # not isinstance: True is an int
        raise ProviderUnavailable("introspectToken: expires_at is missing or no time")
    if now >= expires_at:
        raise InvalidProviderToken("introspectToken: the token has expired")
    return Introspection(
        client_id=_text(body, "client_id", call="introspectToken"),
        is_members=_text(body, "auth_type", call="introspectToken") == MEMBER,
        scopes=_scopes(body, call="introspectToken"),
        expires_at=expires_at,
    )


def read_userinfo(response: ProviderResponse, *, now: float) -> dict[str, Any]:
    """Return the claims of a member; `now` is in epoch seconds.

    Raises:
        ExchangeError: LinkedIn refuses; the class says whose fault it is.
        ProviderUnavailable: the answer is not understood.
    """
    return _success("userinfo", response, now=now, errors=USERINFO_ERRORS, code_of=userinfo_code)


def read_id_token(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims of an ID token as userinfo writes them: its boolean is the text `true` there.

    Source: supabase/auth, internal/api/provider/oidc.go (`LinkedinIDTokenClaims`: `email_verified` is a string).
    """
    verified = claims.get("email_verified")
    return {**claims, "email_verified": True} if verified == "true" else dict(claims)


def _success(
    call: str,
    response: ProviderResponse,
    *,
    now: float,
    errors: Mapping[int | str, Line],
    code_of: Callable[[int, Mapping[str, Any]], int | str | None],
) -> dict[str, Any]:
    body = response.object_or_empty()
    if response.status == 200 and not body.keys() & {"error", "serviceErrorCode"}:
        return body
    code, wait_s = code_of(response.status, body), retry_after_s(response, now=now)
    raise refusal(errors, code, call=call, response=response, retry_after_s=wait_s)


def _text(body: Mapping[str, Any], field: str, *, call: str) -> str:
    value = body.get(field)
    if not isinstance(value, str) or not value:
        raise ProviderUnavailable(f"{call}: {field} is missing or no string")
    return value


def _scopes(body: Mapping[str, Any], *, call: str) -> frozenset[str]:
    """Separated by commas, or by blanks."""
    scope = body.get("scope", "")
    if not isinstance(scope, str):
        raise ProviderUnavailable(f"{call}: scope is no string")
    return frozenset(name for name in _SEPARATORS.split(scope) if name)
