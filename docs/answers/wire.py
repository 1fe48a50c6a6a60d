"""One request, and what came of it."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.explaining.page import jwt
from accredit.sandbox.judge import Token

PATH = "/oauth/access_token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client sends: the body as it goes over the wire."""

    body: str = ""
    content_type: str = "application/json"
    method: str = "POST"

    @classmethod
    def of(cls, parameters: Mapping[str, object]) -> "Request":
        """Return the request with these parameters, as JSON that people can read."""
        return cls(body=json.dumps(parameters, indent=2, ensure_ascii=False))

    def as_curl(self, url: str) -> str:
        """Return the command line that sends it."""
        lines = [f"curl --include --request {self.method} --url {url}{PATH}"]
        if self.method == "POST":
            lines += [f"--header 'Content-Type: {self.content_type}'", f"--data {shlex.quote(self.body)}"]
        return " \\\n  ".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request and its answer. `reason` is the audit event's, None where there was no event."""

    title: str
    about: str
    request: Request
    status: int
    headers: Mapping[str, str]
    body: str
    reason: str | None
    sent: Mapping[str, Token] = field(default_factory=dict)
    """The ID tokens that were sent, by their parameter."""
    tokens: Mapping[str, Token] = field(default_factory=dict)
    """Our tokens, by their field: their signatures were verified."""

    @property
    def answer(self) -> Mapping[str, Any]:
        """The body, as JSON."""
        found: Mapping[str, Any] = json.loads(self.body)
        return found


def decoded(text: object) -> Token | None:
    """Return a JWT decoded, its signature unseen; None for anything else."""
    found = jwt.decoded(text) if isinstance(text, str) else None
    return None if found is None else Token(header=found[0], claims=found[1])
