"""One method of one endpoint, and how OpenAPI says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from accredit.errors import ExchangeError
from accredit.oauth.openapi.answers import OAuthError
from accredit.oauth.wire.paths import names_in
from accredit.oauth.wire.respond import error_body

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_TEXT: Mapping[str, Any] = {"schema": {"type": "string"}}
_MORE: Mapping[int, Sequence[str]] = {
    429: ("Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
    503: ("Retry-After",),
}
"""Headers of refusals, by their status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What there is to know of one operation. It says nothing that a test does not compare with the wire."""

    path: str
    """Below the issuer; a name in braces is a parameter."""
    method: str = "POST"
    name: str
    """For programs: unique."""
    summary: str
    description: str = ""
    body: type[BaseModel] | None = None
    examples: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Of the body, each with a title."""
    answer: type[BaseModel] | None
    """What 200 holds; None where that is empty."""
    errors: Sequence[ExchangeError] = ()
    more: Mapping[int, type[BaseModel]] = field(default_factory=dict)
    """Answers that are neither."""
    takes_bearer: bool = False
    """It reads an access token in the header."""

    @property
    def request_body(self) -> dict[str, Any] | None:
        """The OpenAPI object of its body; None where it has none."""
        if self.body is None:
            return None
        examples = {title: {"value": dict(value)} for title, value in self.examples.items()}
        media_type = {"schema": self.body.model_json_schema(), **({"examples": examples} if examples else {})}
        return {
            "required": bool(self.body.model_json_schema().get("required")),
            "content": {_JSON: media_type, _FORM: media_type},
        }

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """The OpenAPI objects of what stands in its path."""
        return [{"name": name, "in": "path", "required": True, **_TEXT} for name in names_in(self.path)]

    @property
    def responses(self) -> dict[int | str, dict[str, Any]]:
        """The OpenAPI object of each status, with the model that FastAPI makes a schema of."""
        answer = {"model": self.answer} if self.answer else {}
        found: dict[int | str, dict[str, Any]] = {200: {"description": "Done", **answer}}
        for status, model in self.more.items():
            found[status] = {"description": HTTPStatus(status).phrase, "model": model}
        for status in sorted({error.status for error in self.errors}):
            found[status] = _refusals([error for error in self.errors if error.status == status])
        return found


def _refusals(errors: Sequence[ExchangeError]) -> dict[str, Any]:
    examples = {error.description: {"value": error_body(error, with_message=False)} for error in errors}
    headers = {
        **({"WWW-Authenticate": dict(_TEXT)} if any(error.challenge for error in errors) else {}),
        **{name: dict(_TEXT) for name in _MORE.get(errors[0].status, ())},
    }
    return {
        "description": HTTPStatus(errors[0].status).phrase,
        "model": OAuthError,
        "content": {_JSON: {"examples": examples}},
        **({"headers": headers} if headers else {}),
    }
