"""Tokens and errors to what goes over the wire."""

from typing import Any

from accredit.errors import ExchangeError
from accredit.models import TokenSet


def token_body(tokens: TokenSet, *, state: str | None) -> dict[str, Any]:
    """Return the 200 body; what was not granted is absent. The client's `state` comes back as it was sent."""
    body: dict[str, Any] = {
        "access_token": tokens.access_token.get_secret_value(),
        "token_type": "Bearer",
        "expires_in": tokens.expires_in,
        "scope": " ".join(tokens.scopes),
    }
    if tokens.id_token is not None:
        body["id_token"] = tokens.id_token.get_secret_value()
    if tokens.refresh_token is not None:
        body["refresh_token"] = tokens.refresh_token.get_secret_value()
    if state is not None:
        body["state"] = state
    return body


def error_body(error: ExchangeError, *, with_message: bool) -> dict[str, str]:
    """Return the error body. `with_message` repeats the description as `message`, for clients that read only that."""
    body = {"error": error.error, "error_description": error.description}
    if with_message:
        body["message"] = error.description
    return body
