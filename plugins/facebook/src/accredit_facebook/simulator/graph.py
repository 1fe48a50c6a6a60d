"""Answer as graph.facebook.com does: app tokens, proofs, versions, fields and scopes are checked."""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accredit.testing import Person, plain
from accredit_facebook.simulator import answers
from accredit_facebook.simulator.answers import Answer, error
from accredit_facebook.simulator.app import APP_TOKENS, SECRETS
from accredit_facebook.simulator.tokens.token import HOUR_S, Token

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
USABLE_VERSIONS = tuple(f"v{number}.0" for number in range(21, 27))

FIELD_SCOPES: Mapping[str, str] = {
    **dict.fromkeys(("id", "name", "first_name", "middle_name", "last_name", "short_name"), "public_profile"),
    **dict.fromkeys(("picture", "locale", "updated_time", "website"), "public_profile"),
    "email": "email",
    "birthday": "user_birthday",
    "gender": "user_gender",
    "link": "user_link",
    "location": "user_location",
}
"""Every field a user has, and the permission that shows it; without it the field is silently missing."""


# Such as `picture.width(256){url}`: a field, how, and which parts of it.
_FIELD = re.compile(r"(\w+)((?:\.\w+\([0-9]{1,4}\))*)(?:\{(\w+(?:,\w+)*)\})?")
_MODIFIER = re.compile(r"\.(\w+)\(([0-9]+)\)")


class GraphAPI:
    """The two calls of a login. `clock` returns epoch seconds."""

    def __init__(self, tokens: Mapping[str, Token], *, clock: Callable[[], float]) -> None:
        self._tokens = tokens
        self._clock = clock
        self.removed: set[tuple[str, str]] = set()
        """App and user: who has granted nothing any more."""

    def routes(self) -> Sequence[BaseRoute]:
        """Return the endpoints; all methods are routed, because Facebook's refusal of one is JSON, too."""
        return [
            Route("/{version}/debug_token", self._endpoint(self._debug_token), methods=METHODS),
            Route("/{version}/me", self._endpoint(self._me), methods=METHODS),
            Route("/{version}/{user_id}/permissions", self._endpoint(self._remove, method="DELETE"), methods=METHODS),
        ]

    def _endpoint(
        self, answer: Callable[[Request], Answer], *, method: str = "GET"
    ) -> Callable[[Request], Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            version = served_version(request.path_params["version"])
            if version is None:
                return answers.unknown_path(request.url.path).response()
            if request.method != method:
                return answers.unsupported(request.method).response()
            response = answer(request).response()
            response.headers["facebook-api-version"] = version
            return response

        return respond

    def _debug_token(self, request: Request) -> Answer:
        viewer, refusal = _viewing_app(_access_token(request))
        if refusal is not None:
            return refusal
        if not (value := request.query_params.get("input_token")):
            return answers.NO_INPUT_TOKEN
        token = self._tokens.get(plain(value))
        if token is None:
            return _invalid(answers.about_token(190, "Invalid OAuth access token."))
        if token.app_id != viewer and token.foreign_view is not None:
            return token.foreign_view
        return token.debug_answer or self._describe(token)

    def _remove(self, request: Request) -> Answer:
        """Take back what a user has granted to the app that asks; what is said of an unknown user is invented."""
        value = _access_token(request)
        app_id, refusal = _viewing_app(value)
        if refusal is not None or value is None:
            return refusal or answers.NO_ACCESS_TOKEN
        proof = request.query_params.get("appsecret_proof")
        if proof is None:
            return answers.NO_PROOF
        if not hmac.compare_digest(proof.encode(), _proof(SECRETS[app_id], value).encode()):
            return answers.BAD_PROOF
        user_id = request.path_params["user_id"]
        users = {str(one.person.number) for one in self._tokens.values() if one.app_id == app_id and one.type == "USER"}
        if user_id not in users:
            return answers.unsupported("DELETE")
        if (app_id, user_id) in self.removed:
            return answers.REMOVED
        self.removed.add((app_id, user_id))
        return Answer(200, {"success": True})

    def _error_of(self, token: Token) -> Mapping[str, Any] | None:
        is_removed = (token.app_id, str(token.person.number)) in self.removed
        return answers.ABOUT_REMOVED if is_removed else token.error

    def _describe(self, token: Token) -> Answer:
        now, problem = int(self._clock()), self._error_of(token)
        data: dict[str, Any] = {
            "app_id": token.app_id,
            "type": token.type,
            "application": "Sample App",
            "data_access_expires_at": _data_access_ends(token, now),
            "expires_at": 0 if token.expires_in_s is None else now + token.expires_in_s,
            "is_valid": problem is None,
            "issued_at": now - 2 * HOUR_S,
            "scopes": list(token.scopes) if problem is None else [],
            **token.extra_data,
        }
        if token.type != "APP":
            data["user_id"] = str(token.person.number)
        if problem is not None:
            data["error"] = problem
        return Answer(200, {"data": {name: value for name, value in data.items() if value is not None}})

    def _me(self, request: Request) -> Answer:
        value = _access_token(request)
        if value is None:
            return answers.NOT_SIGNED_IN
        token = self._tokens.get(plain(value))
        if token is None:
            return answers.CANNOT_PARSE
        proof = request.query_params.get("appsecret_proof")
        if proof is None:
            return answers.NO_PROOF
        if not hmac.compare_digest(proof.encode(), _proof(SECRETS[token.app_id], value).encode()):
            return answers.BAD_PROOF
        if token.type == "APP":
            return answers.NOT_SIGNED_IN
        if (problem := self._error_of(token)) is not None:
            return error(problem["code"], problem["message"], subcode=problem.get("subcode"))
        return token.me_answer or _user(token, request.query_params.get("fields", "id,name"))


def served_version(version: str) -> str | None:
    """Return which version answers: for an ended one the oldest usable one; None for one that never was."""
    match = re.fullmatch(r"v([0-9]{1,2})\.[0-9]", version)
    if match is None or int(match[1]) > 26:
        return None
    return version if version in USABLE_VERSIONS else USABLE_VERSIONS[0]


def _access_token(request: Request) -> str | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value if scheme.lower() == "bearer" and value else request.query_params.get("access_token")


def _viewing_app(access_token: str | None) -> tuple[str, Answer | None]:
    """Return the app that asks, or why it may not."""
    if not access_token:
        return "", answers.NO_ACCESS_TOKEN
    if access_token in APP_TOKENS:
        return APP_TOKENS[access_token], None
    app_id, separator, _ = access_token.partition("|")
    if not separator:
        return "", answers.NOT_AN_APP_TOKEN
    return "", answers.BAD_APP_SECRET if app_id in SECRETS else answers.BAD_APP_ID


def _invalid(problem: Mapping[str, Any]) -> Answer:
    return Answer(200, {"data": {"error": problem, "is_valid": False, "scopes": []}})


def _proof(secret: str, token: str) -> str:
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def _data_access_ends(token: Token, now: int) -> int:
    if token.expires_in_s is None:
        return 0
    return now - HOUR_S if token.data_access_has_ended else now + 90 * 24 * HOUR_S


def _user(token: Token, fields: str) -> Answer:
    """Return the fields asked for that the person has and has granted; the id always."""
    known = {**_fields_of(token.person), **token.fields}
    body = {"id": known["id"]}
    for asked in re.split(r",(?![^{(]*[})])", fields):
        match = _FIELD.fullmatch(asked)
        if match is None:
            return answers.bad_syntax(asked)
        name, modifiers, parts = match.groups()
        if name not in FIELD_SCOPES:
            return answers.unknown_field(name)
        if name == "picture" and name not in token.fields:
            body[name] = {"data": _picture(token.person, dict(_MODIFIER.findall(modifiers)), parts)}
        elif name in known and FIELD_SCOPES[name] in token.visible_scopes:
            body[name] = known[name]
    return Answer(200, body)


def _fields_of(one: Person) -> dict[str, Any]:
    fields = {
        "id": str(one.number),
        "name": one.name,
        "first_name": one.given_name,
        "last_name": one.family_name,
        "short_name": one.given_name,
        "email": one.email,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _picture(one: Person, modifiers: Mapping[str, str], parts: str | None) -> dict[str, Any]:
    """Return the picture in the size asked for, 50 pixels by default, and of it the parts asked for."""
    width = int(modifiers.get("width") or modifiers.get("height") or 50)
    height = int(modifiers.get("height") or width)
    picture = {
        "height": height,
        "is_silhouette": not one.has_picture,
        "url": picture_url(one, width=width, height=height),
        "width": width,
    }
    return picture if parts is None else {name: picture[name] for name in parts.split(",") if name in picture}


def picture_url(one: Person, *, width: int = 256, height: int = 256) -> str:
    """Return the address of the person's picture, or of the silhouette that stands for none."""
    base = "https://platform-lookaside.fbsbx.com/platform/profilepic/"
    return f"{base}?asid={one.number}&height={height}&width={width}"
