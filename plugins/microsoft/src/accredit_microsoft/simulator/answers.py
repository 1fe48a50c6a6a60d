"""What the token endpoint answers.

Source: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow and
https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
"""

from starlette.responses import JSONResponse, Response

from accredit_microsoft.simulator.tokens import LIFE_S


def exchanged(id_token: str | None) -> Response:
    """Return what a code is exchanged for; no ID token where the login was begun without `openid`."""
    answer = {
        "token_type": "Bearer",
        "scope": "openid profile email",
        "expires_in": LIFE_S - 1,
        "ext_expires_in": LIFE_S - 1,
        "access_token": "EwB4A8l6BAAUsimulated",
    }
    return JSONResponse(answer if id_token is None else {**answer, "id_token": id_token})


def refused(word: str, number: int, *, status: int = 400) -> Response:
    """Return a refusal, by its word and the number of AADSTS."""
    return JSONResponse(
        {
            "error": word,
            "error_description": f"AADSTS{number}: upstream text. Trace ID: sim Correlation ID: sim",
            "error_codes": [number],
            "timestamp": "2027-01-15 08:00:00Z",
            "trace_id": "00000000-51b0-4000-8000-000000000001",
            "correlation_id": "00000000-51b0-4000-8000-000000000002",
            "error_uri": f"https://login.microsoftonline.com/error?code={number}",
        },
        status,
    )
