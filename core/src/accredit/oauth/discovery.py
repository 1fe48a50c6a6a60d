"""What verifiers need to know. Source: OpenID Connect Discovery 1.0 section 3; RFC 7517 section 5."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from accredit.exchange import Exchange
from accredit.profile import SCOPE_CLAIMS

_CACHEABLE = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}


class Discovery:
    """The documents below `/.well-known/`."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def jwks(self, _: Request) -> Response:
        """Return our public keys."""
        return JSONResponse(self._exchange.keys.jwks(), headers=_CACHEABLE)

    async def configuration(self, _: Request) -> Response:
        """Return the provider metadata. There is no authorization endpoint, so no response type is offered."""
        exchange = self._exchange
        issuer = exchange.settings.issuer
        claims = dict.fromkeys(claim for claims in SCOPE_CLAIMS.values() for claim in claims)
        return JSONResponse(
            {
                "issuer": issuer,
                "jwks_uri": f"{issuer.rstrip('/')}/.well-known/jwks.json",
                "response_types_supported": [],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": list(exchange.keys.algorithms),
                "scopes_supported": ["openid", *SCOPE_CLAIMS, "offline_access"],
                "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", *claims],
            },
            headers=_CACHEABLE,
        )
