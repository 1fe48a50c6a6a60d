"""What clients and verifiers need to know. Source: OpenID Connect Discovery 1.0; RFC 8414; RFC 7517 section 5."""

import hashlib

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from accredit.exchange.exchange import Exchange
from accredit.oauth.client.assertion import ASSERTION_ALGORITHMS
from accredit.profile import SCOPE_CLAIMS
from accredit.settings import CLIENT_CREDENTIALS_GRANT, EXCHANGE_GRANT, REFRESH_TOKEN_GRANT, TOKEN_EXCHANGE_GRANT

_CONFIDENTIAL = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
_PROTOCOL_CLAIMS = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash"]


class Discovery:
    """The documents below `/.well-known/`. May be cached for five minutes; a next key is published longer ahead."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def jwks(self, request: Request) -> Response:
        """Return our public keys: all that may sign now or soon, and those whose tokens may still live."""
        return _cacheable(request, self._exchange.engine.keys.jwks())

    async def configuration(self, request: Request) -> Response:
        """Return the provider metadata. There is no authorization endpoint, so no response type is offered."""
        exchange = self._exchange
        issuer = exchange.settings.issuer
        base = issuer.rstrip("/")
        claims = dict.fromkeys(claim for claims in SCOPE_CLAIMS.values() for claim in claims)
        assertion_algorithms = list(dict.fromkeys(ASSERTION_ALGORITHMS))
        document = {
            "issuer": issuer,
            "jwks_uri": f"{base}/.well-known/jwks.json",
            "token_endpoint": f"{base}/oauth/token",
            "token_endpoint_auth_methods_supported": ["none", *_CONFIDENTIAL],
            "token_endpoint_auth_signing_alg_values_supported": assertion_algorithms,
            "revocation_endpoint": f"{base}/oauth/revoke",
            "revocation_endpoint_auth_methods_supported": ["none", *_CONFIDENTIAL],
            "revocation_endpoint_auth_signing_alg_values_supported": assertion_algorithms,
            "introspection_endpoint": f"{base}/oauth/introspect",
            "introspection_endpoint_auth_methods_supported": _CONFIDENTIAL,
            "introspection_endpoint_auth_signing_alg_values_supported": assertion_algorithms,
            "userinfo_endpoint": f"{base}/userinfo",
            "grant_types_supported": [
                EXCHANGE_GRANT,
                TOKEN_EXCHANGE_GRANT,
                REFRESH_TOKEN_GRANT,
                CLIENT_CREDENTIALS_GRANT,
            ],
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": list(exchange.engine.keys.algorithms),
            "scopes_supported": ["openid", *SCOPE_CLAIMS, "offline_access"],
            "claims_supported": [*_PROTOCOL_CLAIMS, *claims],
            "claims_parameter_supported": False,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,  # true where it is left out
        }
        return _cacheable(request, document)


def _cacheable(request: Request, document: dict[str, object]) -> Response:
    response: Response = JSONResponse(document, headers={"Cache-Control": "public, max-age=300"})
    response.headers["Access-Control-Allow-Origin"] = "*"
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    known = request.headers.get("if-none-match", "")
    if tag in (one.strip().removeprefix("W/") for one in known.split(",")):
        response = Response(status_code=304, headers={"Cache-Control": "public, max-age=300"})
        response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["ETag"] = tag
    return response
