"""What one client of the load says, request after request, and how it reads the answers."""

import itertools
import json
import secrets
from typing import Protocol

from tests.benchmarks.dialects import Dialect, post
from tests.benchmarks.provider import token, user_id
from tests.benchmarks.wire import Answer


class Visitor(Protocol):
    """A client that asks again and again."""

    def first(self) -> bytes | None:
        """Return what has to be asked before the clock runs; None if nothing has."""

    def ask(self) -> bytes:
        """Return the next request."""

    def judge(self, answer: Answer) -> str | None:
        """Say what is wrong with the answer to the latest request; None if nothing is."""


class Tokens:
    """Tokens that nobody has seen yet, for one user after the other."""

    def __init__(self, *, users: int) -> None:
        self._run = secrets.token_hex(4)
        self._serials = itertools.count()
        self._users = users

    def next(self) -> tuple[str, str]:
        """Return a token, and the id of its user."""
        serial = next(self._serials)
        number = serial % self._users
        return token(f"{self._run}{serial:08x}", number), user_id(number)


class Fresh:
    """Logs in by a token that nobody has seen yet, each time."""

    def __init__(self, dialect: Dialect, tokens: Tokens) -> None:
        self._dialect = dialect
        self._tokens = tokens
        self._user = ""

    def first(self) -> bytes | None:
        return None

    def ask(self) -> bytes:
        text, self._user = self._tokens.next()
        return self._dialect.login(text)

    def judge(self, answer: Answer) -> str | None:
        return self._dialect.fault(answer, self._user)


class Repeated:
    """Logs in by the same token as everybody else, each time."""

    def __init__(self, dialect: Dialect, text: str, user: str) -> None:
        self._dialect = dialect
        self._message = dialect.login(text)
        self._user = user

    def first(self) -> bytes | None:
        return self._message

    def ask(self) -> bytes:
        return self._message

    def judge(self, answer: Answer) -> str | None:
        return self._dialect.fault(answer, self._user)


class Refreshing:
    """Logs in once, and goes on by the refresh token of the latest answer."""

    def __init__(self, dialect: Dialect, tokens: Tokens) -> None:
        self._dialect = dialect
        self._login, self._user = tokens.next()
        self._refresh_token = ""

    def first(self) -> bytes | None:
        return self._dialect.login(self._login)

    def ask(self) -> bytes:
        body = {"grant_type": "refresh_token", "client_id": "bench", "refresh_token": self._refresh_token}
        return post(self._dialect.refresh_path, body)

    def judge(self, answer: Answer) -> str | None:
        if fault := self._dialect.fault(answer, self._user):
            return fault
        before, self._refresh_token = self._refresh_token, json.loads(answer.body)["refresh_token"]
        return "200 with the refresh token of before" if self._refresh_token == before else None


def visitors(journey: str, dialect: Dialect, *, count: int, users: int) -> list[Visitor]:
    """Return the clients of one measurement: `journey` is `fresh`, `repeated` or `refresh`."""
    tokens = Tokens(users=users)
    if journey == "fresh":
        return [Fresh(dialect, tokens) for _ in range(count)]
    if journey == "repeated":
        return [Repeated(dialect, *shared) for shared in [tokens.next()] for _ in range(count)]
    return [Refreshing(dialect, tokens) for _ in range(count)]
