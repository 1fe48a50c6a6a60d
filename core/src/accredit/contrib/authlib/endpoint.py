"""`POST /oauth/access_token` for an Authlib server: JSON or a form, and no `grant_type`."""

from collections.abc import Callable, Sequence
from typing import Any

from authlib.oauth2.rfc6749 import Endpoint

from accredit.contrib.authlib.grant import SocialLoginGrant
from accredit.contrib.authlib.refusal import Reply, refused, reply
from accredit.errors import GrantNotAllowed, MalformedBody, UnknownClient
from accredit.oauth.wire.answer import wrong_method
from accredit.oauth.wire.parse import parse
from accredit.settings import EXCHANGE_GRANT, LimitSettings

_TOO_LARGE = 413
_MOST_BYTES = LimitSettings().max_body_bytes


class AccessTokenEndpoint(Endpoint):  # type: ignore[misc]  # Authlib has no types
    """Log users in by a grant, over the wire that clients of the hosted endpoint speak.

    `grant` is your subclass, `extensions` are those that you would register with it. A client may use it whose
    `grant_types` list `http://auth0.com/oauth/legacy/grant-type/access_token`. A confidential client may not: there is
    no place for its proof; it uses the token endpoint.
    """

    ENDPOINT_NAME = "access_token"

    def __init__(
        self, grant: type[SocialLoginGrant], extensions: Sequence[Callable[[SocialLoginGrant], None]] = ()
    ) -> None:
        super().__init__()
        self._grant = grant
        self._extensions = extensions

    def create_endpoint_response(self, request: Any) -> Reply:
        """Answer one request."""
        if request.method != "POST":
            return reply(wrong_method(("POST",)))
        grant = self._grant(request, self.server)
        grant.GRANT_TYPE = EXCHANGE_GRANT
        for extend in self._extensions:
            extend(grant)
        with refused():
            grant.wanted, _ = parse(
                _body_of(request),
                connections=grant.verifier.connections,
                content_type=request.headers.get("Content-Type", ""),
            )
            request.client = self._client(grant.wanted.client_id)
        response: Reply = grant.create_token_response()
        return response

    def _client(self, client_id: str) -> Any:
        client = self.server.query_client(client_id)
        if not client:
            raise UnknownClient
        if not client.check_endpoint_auth_method("none", "token") or not client.check_grant_type(EXCHANGE_GRANT):
            raise GrantNotAllowed(EXCHANGE_GRANT)
        return client


def _body_of(request: Any) -> bytes:
    """Return the body as it came, of Flask's or Django's request; no more is read than one byte too many.

    Raises:
        MalformedBody: it is too large.
    """
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length[:20]) > _MOST_BYTES:
        raise MalformedBody("body is too large")
    body = _read(request._request, is_measured=length.isdecimal())
    if len(body) > _MOST_BYTES:
        raise MalformedBody("body is too large")
    return body


def _read(raw: Any, *, is_measured: bool) -> bytes:
    """Return the body of a framework's own request; of what comes in chunks, nobody says how much it will be."""
    if not hasattr(raw, "get_data"):
        # Django reads the whole body into memory; under ASGI also one whose length nobody has told.
        return bytes(raw.body if is_measured else raw.read(_MOST_BYTES + 1))
    raw.max_content_length = _MOST_BYTES + 1  # what is longer may be cut there without a word
    try:
        return bytes(raw.get_data())
    except Exception as exc:
        if getattr(exc, "code", None) == _TOO_LARGE:
            raise MalformedBody("body is too large") from None
        raise
