"""Answers in the Graph API's shapes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import JSONResponse, Response


@dataclass(frozen=True, slots=True)
class Answer:
    """One fixed answer. A `str` body goes out as HTML, anything else as JSON."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """Return it for Starlette."""
        headers = dict(self.headers)
        if isinstance(self.body, str):
            return Response(self.body, self.status, headers, media_type="text/html")
        return JSONResponse(self.body, self.status, headers)


def error(
    code: int,
    message: str,
    *,
    subcode: int | None = None,
    kind: str = "OAuthException",
    status: int = 400,
    is_transient: bool | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Return a top-level error; `error_subcode` and `is_transient` appear only where Facebook has them."""
    body: dict[str, Any] = {"message": message, "type": kind, "code": code}
    if subcode is not None:
        body["error_subcode"] = subcode
    if is_transient is not None:
        body["is_transient"] = is_transient
    return Answer(status, {"error": {**body, "fbtrace_id": "AsimulatedTrace"}}, headers or {})


def about_token(code: int, message: str, *, subcode: int | None = None) -> dict[str, Any]:
    """Return `data.error` of `debug_token`, where the field is `subcode` and not `error_subcode`."""
    return {"code": code, "message": message} | ({} if subcode is None else {"subcode": subcode})


FOREIGN_TEXT = "(#100) The App_id in the input_token did not match the Viewing App"
DEBUG_ONLY = error(190, "Invalid OAuth access token - Debug only access token")
CANNOT_PARSE = error(190, "Invalid OAuth access token - Cannot parse access token")
NO_ACCESS_TOKEN = error(104, "An access token is required to request this resource.")
NOT_AN_APP_TOKEN = error(
    100,
    "(#100) You must provide an app access token, or a user access token that is an owner or developer of the app",
)
BAD_APP_ID = error(101, "Error validating application. Invalid application ID.")
BAD_APP_SECRET = error(190, "Invalid OAuth access token signature.")
NO_INPUT_TOKEN = error(100, "(#100) The parameter input_token is required")
NOT_OUR_TOKEN = error(100, FOREIGN_TEXT)
NOT_SIGNED_IN = error(2500, "An active access token must be used to query information about the current user.")
NO_PROOF = error(100, "API calls from the server require an appsecret_proof argument", kind="GraphMethodException")
BAD_PROOF = error(100, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException")
_REMOVED_TEXT = "Error validating access token: The user has not authorized application 100000000000042."
ABOUT_REMOVED = about_token(190, _REMOVED_TEXT, subcode=458)
REMOVED = error(190, _REMOVED_TEXT, subcode=458)


def unsupported(method: str) -> Answer:
    """Answer a method that the endpoint does not take."""
    text = f"Unsupported {method.lower()} request. Please read the Graph API documentation"
    return error(100, text, subcode=33, kind="GraphMethodException")


def unknown_path(path: str) -> Answer:
    """Answer a version that does not exist."""
    return error(2500, f"Unknown path components: {path}")


def unknown_field(name: str) -> Answer:
    """Answer a field that a user does not have."""
    return error(100, f"(#100) Tried accessing nonexisting field ({name}) on node type (User)")


def bad_syntax(text: str) -> Answer:
    """Answer `fields` that cannot be read."""
    return error(2500, f"Syntax error at: {text}")
