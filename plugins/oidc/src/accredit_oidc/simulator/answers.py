"""What the provider answers beside its tokens."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response


def document(issuer: str, base_url: str) -> Response:
    """Return the discovery document. Source: OpenID Connect Discovery 1.0 section 3; RFC 8414 section 2."""
    return JSONResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{base_url}/authorize",
            "token_endpoint": f"{base_url}/token",
            "userinfo_endpoint": f"{base_url}/userinfo",
            "jwks_uri": f"{base_url}/jwks",
            "introspection_endpoint": f"{base_url}/introspect",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        },
        headers={"Cache-Control": "public, max-age=3600"},
    )


def refusal(status: int, error: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return an error of OAuth's form. Source: RFC 6749 section 5.2."""
    return JSONResponse({"error": error}, status, headers)


def unauthorized(error: str, status: int = 401) -> Response:
    """Return an error that stands in the header alone. Source: RFC 6750 section 3."""
    return Response(status_code=status, headers={"WWW-Authenticate": f'Bearer realm="oidc", error="{error}"'})
