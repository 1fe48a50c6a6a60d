"""How a login is said to each server, and what its answer must hold."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.wire import HOST, Answer

Body = Mapping[str, Any]


def post(path: str, body: Body, headers: Mapping[str, str] | None = None) -> bytes:
    """Return a whole request with a JSON body."""
    content = json.dumps(body).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {HOST}",
        "Content-Type: application/json",
        "Accept: application/json",
        f"Content-Length: {len(content)}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def get(path: str, headers: Mapping[str, str]) -> bytes:
    """Return a whole request without a body."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One server's way of logging in."""

    path: str
    body: Callable[[str], Body]
    """From the provider's token to the body of the request."""
    session: Callable[[Body], Any]
    """What the app goes on with: an access token, or the name of a session."""
    user: Callable[[Body], str] | None
    """The part of an answer in which the user's id must stand; None where an answer does not say whose it is."""
    whoami: Callable[[Any], bytes] | None = None
    """A request that is answered with the user's id, for a session; where `user` is None."""
    google: Callable[[str], bytes] | None = None
    """A whole request that logs in by an access token of Google; None where only ID tokens of Google are taken."""
    headers: Mapping[str, str] = field(default_factory=dict)
    refresh_path: str = ""

    def login(self, token: str) -> bytes:
        return post(self.path, self.body(token), self.headers)

    def fault(self, answer: Answer, user_id: str) -> str | None:
        """Say what is wrong with an answer, without repeating a token; None if nothing is."""
        try:
            body = json.loads(answer.body)
        except ValueError:
            return f"{answer.status}, no JSON"
        if answer.status not in (200, 201) or not isinstance(body, dict):
            return f"{answer.status} {answer.body[:200].decode(errors='replace')}"
        try:
            session = self.session(body)
            told = self.user(body) if self.user else user_id
        except (KeyError, TypeError, ValueError, IndexError) as exc:
            return f"{answer.status}, but {type(exc).__name__}: {exc}"
        if not session:
            return f"{answer.status} without a session"
        return None if user_id in told else f"{answer.status} for another user"


def _payload(body: Body) -> str:
    """Return the claims of the ID token, and see that the other two tokens are there."""
    if not body["access_token"] or not body["refresh_token"]:
        raise ValueError("an empty token")
    part = body["id_token"].split(".")[1]
    return base64.urlsafe_b64decode(part + "==").decode()


def _of_the_contract(provider_token: str) -> Body:
    return {
        "client_id": "bench",
        "connection": "facebook",
        "access_token": provider_token,
        "scope": "openid profile email offline_access",
    }


def contract(prefix: str = "", *, has_google: bool = True) -> Dialect:
    """Return the way of our contract: an access token, an ID token and a refresh token."""
    path = f"{prefix}/oauth/access_token"

    def google(token: str) -> bytes:
        return post(path, {**_of_the_contract(token), "connection": "google-oauth2"})

    return Dialect(
        path=path,
        google=google if has_google else None,
        body=_of_the_contract,
        session=lambda body: body["access_token"],
        user=_payload,
        refresh_path=f"{prefix}/oauth/token",
    )
