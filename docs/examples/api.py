"""An API that takes Accredit's access tokens, and no others. It never calls Accredit but for its public keys."""

from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer


def create_api(*, issuer: str, audience: str) -> FastAPI:
    """Return the API. `issuer` is Accredit's, letter for letter; `audience` is the name of this API."""
    api = FastAPI(title="Notes")
    keys = jwt.PyJWKClient(f"{issuer.rstrip('/')}/.well-known/jwks.json")  # kept for five minutes

    def caller(bearer: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> dict[str, Any]:
        token = bearer.credentials
        try:
            key = keys.get_signing_key_from_jwt(token)
            verified = jwt.decode_complete(
                token,
                key,
                algorithms=["RS256"],  # never those that the token itself names
                issuer=issuer,
                audience=audience,  # a token for another API says who its user is, too
                options={"require": ["exp", "iat", "sub"]},
            )
        except jwt.PyJWKClientConnectionError:
            raise HTTPException(503, "the keys cannot be fetched") from None
        except jwt.PyJWTError:
            raise _refusal() from None
        if verified["header"].get("typ") != "at+jwt":  # an ID token is not for APIs
            raise _refusal()
        claims: dict[str, Any] = verified["payload"]
        return claims

    @api.get("/notes")
    def notes(claims: Annotated[dict[str, Any], Depends(caller)]) -> dict[str, str]:
        if "read:notes" not in claims.get("scope", "").split():
            challenge = 'Bearer error="insufficient_scope", scope="read:notes"'
            raise HTTPException(403, "the token lacks a scope", {"WWW-Authenticate": challenge})
        return {"owner": claims["sub"], "note": "Buy milk."}

    return api


def _refusal() -> HTTPException:
    return HTTPException(401, "no valid access token", {"WWW-Authenticate": 'Bearer error="invalid_token"'})
