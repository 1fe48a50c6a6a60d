"""Read a provider's answers, trusting no type and no field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from accredit.audience import AppBound, JwtAudience
from accredit.errors import InvalidProviderToken, MissingPermission, ProviderMisconfigured, ProviderUnavailable
from accredit.refusals import Line, refusal, retry_after_s
from accredit.strategy import ProviderResponse, VerifyContext

_ERROR = re.compile(r'Bearer\b.*?\berror="([a-z_]{1,40})"', re.IGNORECASE)
BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""Source: RFC 6750 section 2.1."""
_USED_AS_BEARER = frozenset({"bearer", "access_token"})


class Introspected(NamedTuple):
    """What the provider says of a live access token. Whether it is *ours* is for the engine to check."""

    subject: str
    audience: AppBound | JwtAudience
    expires_at: int | None
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What a code was exchanged for: the ID token is not verified yet."""

    id_token: str = field(repr=False)
    access_token: str = field(repr=False)
    scopes: frozenset[str]


def endpoint(document: Mapping[str, Any], name: str, ctx: VerifyContext) -> str:
    """Return an endpoint that the provider's document names.

    Raises:
        ProviderMisconfigured: it is of a host that the operator has not accepted.
        ProviderUnavailable: the document does not name it.
    """
    url = document.get(name)
    if not isinstance(url, str):
        raise ProviderUnavailable(f"discovery: {name} is missing or no string")
    if not ctx.http.is_declared(url):
        raise ProviderMisconfigured(f"discovery: {name} is of a host that is neither the issuer's nor in host_urls")
    return url


def read_exchange(answer: Mapping[str, Any]) -> Exchanged:
    """Read an answer of the token endpoint. Source: OpenID Connect Core 1.0 section 3.1.3.3.

    Raises:
        MissingPermission: there is no ID token.
        ProviderUnavailable: a field is missing or of the wrong type, or the access token is bound to a key.
    """
    id_token, access_token, kind = (answer.get(name) for name in ("id_token", "access_token", "token_type"))
    if not isinstance(access_token, str) or not BEARER_TOKEN.fullmatch(access_token):
        raise ProviderUnavailable("token: access_token is missing or has not the form of one")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise ProviderUnavailable("token: token_type is not Bearer")
    lasts_s, scope = answer.get("expires_in", 1), answer.get("scope", "")
    if type(lasts_s) is not int or lasts_s <= 0:  # not isinstance: True is an int
        raise ProviderUnavailable("token: expires_in is no time to come")
    if not isinstance(scope, str):
        raise ProviderUnavailable("token: scope is no string")
    if "id_token" not in answer:
        raise MissingPermission("token: no ID token is there: the app must ask for the scope openid")
    if not isinstance(id_token, str):
        raise ProviderUnavailable("token: id_token is no string")
    return Exchanged(id_token, access_token, frozenset(scope.split()))


def read_introspection(answer: Mapping[str, Any], *, issuer: str, now: float) -> Introspected:
    """Read an answer of introspection. Source: RFC 7662 section 2.2.

    Raises:
        InvalidProviderToken: the token is not active, or is of another kind: a refresh token, say, or one that is bound
            to a key.
        MissingPermission: it is the app's own, and names no user.
        ProviderUnavailable: a field is missing or of the wrong type.
    """
    if answer.get("active") is not True:
        raise InvalidProviderToken("introspection: the token is not active")
    kind = _text_or_none(answer, "token_type")
    # Keycloak answers for refresh tokens as well, and tells them apart by `typ` alone.
    if (kind is not None and kind.lower() not in _USED_AS_BEARER) or answer.get("typ", "Bearer") != "Bearer":
        raise InvalidProviderToken("introspection: the token is no bearer access token")
    if _text_or_none(answer, "iss") not in {None, issuer}:
        raise InvalidProviderToken("introspection: iss is another issuer")
    expires_at = answer.get("exp")
    if "exp" in answer and type(expires_at) is not int:
        raise ProviderUnavailable("introspection: exp is no integer")
    if isinstance(expires_at, int) and now >= expires_at:
        raise InvalidProviderToken("introspection: the token has expired")
    client_id, subject = _text_or_none(answer, "client_id"), _text_or_none(answer, "sub")
    if subject is None or subject == client_id:
        raise MissingPermission("introspection names no user")
    audience = _audience(answer) if client_id is None else AppBound(client_id)
    scopes = frozenset((_text_or_none(answer, "scope") or "").split())
    return Introspected(subject, audience, expires_at, scopes)


def _audience(answer: Mapping[str, Any]) -> JwtAudience:
    aud = answer.get("aud")
    several: list[Any] = aud if isinstance(aud, list) else [aud]
    if not several or not all(isinstance(one, str) for one in several):
        raise ProviderUnavailable("introspection: neither client_id nor aud is there")
    return JwtAudience(tuple(several), None)


def _text_or_none(answer: Mapping[str, Any], name: str) -> str | None:
    value = answer.get(name)
    if name in answer and not isinstance(value, str):
        raise ProviderUnavailable(f"introspection: {name} is no string")
    return value


def is_signed(response: ProviderResponse) -> bool:
    """Tell whether an answer is a JWT and no JSON. Source: OpenID Connect Core 1.0 section 5.3.2."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return response.status == 200 and kind == "application/jwt"


def read_object(call: str, response: ProviderResponse, *, now: float, errors: Mapping[str, Line]) -> dict[str, Any]:
    """Return the JSON object of a successful answer. `call` is our name of the call, for the log.

    Raises:
        ExchangeError: the provider refuses; `errors` says what its code means.
    """
    if response.status == 200:
        return response.json_object()
    wait_s = retry_after_s(response, now=now)
    raise refusal(errors, _code(response), call=call, response=response, retry_after_s=wait_s)


def _code(response: ProviderResponse) -> str | None:
    """Return the code of a refusal, from the header or the body; None on an error page of a machine in front.

    Source: RFC 6750 section 3 (header), RFC 6749 section 5.2 (body).
    """
    if stated := _ERROR.search(response.headers.get("www-authenticate", "")):
        return stated[1].lower()
    code = response.object_or_empty().get("error")
    if not isinstance(code, str):
        return None
    return "429" if response.status == 429 else code
