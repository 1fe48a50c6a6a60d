"""Answers in the contract's form: JSON that nobody may store. Source: RFC 6749 sections 5.1 and 5.2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic_core import to_json

from accredit._quick_init import with_quick_init
from accredit.errors import ExchangeError, LimitReached
from accredit.oauth.wire.respond import error_body
from accredit.settings import CompatibilitySettings

NO_STORE: Mapping[str, str] = {"cache-control": "no-store", "pragma": "no-cache"}


@with_quick_init
@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back, whatever framework carries it, which adds the length. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)

    def with_headers(self, headers: Mapping[str, str]) -> "Answer":
        """Return the same with more headers, which take the place of those of their name."""
        return Answer(self.status, {**self.headers, **headers}, self.body)


def json_answer(status: int, body: Mapping[str, object], headers: Mapping[str, str] = NO_STORE) -> Answer:
    """Return a JSON answer."""
    # A number that JSON does not have becomes null: no answer of ours is anything but JSON.
    return Answer(status, {**headers, "content-type": "application/json"}, to_json(body, inf_nan_mode="null"))


def refusal(error: ExchangeError, compatibility: CompatibilitySettings) -> Answer:
    """Return the answer to a request that is refused or has failed."""
    headers = dict(NO_STORE)
    if error.challenge is not None:
        headers["www-authenticate"] = error.challenge
    if error.retry_after_s is not None:
        headers["retry-after"] = str(error.retry_after_s)
    if isinstance(error, LimitReached):
        # As the original service sends them: auth0-python makes integers of them.
        headers["x-ratelimit-limit"] = str(error.amount)
        headers["x-ratelimit-remaining"] = "0"
        headers["x-ratelimit-reset"] = str(error.reset_at)
    return json_answer(error.status, error_body(error, with_message=compatibility.error_message), headers)


def wrong_method(methods: Sequence[str]) -> Answer:
    """Return the answer to any method but `methods`, of which the last is the one to use."""
    body = {"error": "method_not_allowed", "error_description": f"use {methods[-1]}"}
    return json_answer(405, body, {**NO_STORE, "allow": ", ".join((*methods, "OPTIONS"))})


def nothing_here(status: int = 404, headers: Mapping[str, str] | None = None) -> Answer:
    """Return the answer where there is no endpoint, or, by 405, where a document is to be read and nothing else."""
    error = {404: "not_found", 405: "method_not_allowed"}.get(status, "invalid_request")
    return json_answer(status, {"error": error, "error_description": "no such endpoint or method"}, headers or {})
