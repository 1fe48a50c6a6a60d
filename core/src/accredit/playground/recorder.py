"""Records each request to the exchange, whoever sends it: an ASGI layer, a plugin, and a witness at each strategy."""

import dataclasses
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from accredit.audit.events import AnyEvent
from accredit.audit.redact import without
from accredit.exchange.exchange import Exchange
from accredit.explaining.forms import forms_of
from accredit.explaining.witness import witness
from accredit.hookspecs import hookimpl
from accredit.models import Verification
from accredit.playground.asked import asked, blanked_path
from accredit.playground.hearing import Hearing
from accredit.playground.recording import Recording, Sent
from accredit.playground.recordings import Recordings

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

TICKET = "accredit-playground"
"""The header by which the playground knows its own requests."""
_RECORDED = ("/oauth/", "/notices/")
_ALSO_RECORDED = frozenset({"/userinfo", "/tokeninfo"})
_MOST_BYTES = 131_072
"""Of a body, either way: more is not kept."""
_LONGEST_PATH = 200
_MOST_TICKETS = 1000
_OUR_TOKENS = frozenset({"access_token", "id_token", "refresh_token"})
_ANSWER_HEADERS = frozenset(
    {"content-type", "cache-control", "www-authenticate", "allow", "retry-after", "access-control-allow-origin"}
)


_now: ContextVar[Hearing | None] = ContextVar("accredit_playground_hearing", default=None)


class Recorder:
    """Fills `recordings`. As a plugin it hears of events."""

    def __init__(self) -> None:
        self.recordings = Recordings()
        self.clock: Callable[[], float] = time.time
        """Returns epoch seconds."""
        self._key = secrets.token_bytes(32)
        self._tickets: dict[str, Sent | int] = {}

    @hookimpl
    def observe(self, event: AnyEvent) -> None:
        """Note what has happened in the request under way."""
        if (hearing := _now.get()) is not None:
            hearing.hear_event(event)

    def listen(self, exchange: Exchange) -> None:
        """Hear what providers say: before the exchange is open, and before its app is made."""
        exchange.engine.providers.connections = {
            name: dataclasses.replace(one, strategy=witness(one.strategy, _hear))
            for name, one in exchange.engine.connections.items()
        }

    @contextmanager
    def aside(self) -> Iterator[Hearing]:
        """Hear what happens in the block: it is no request, and is not recorded."""
        hearing = Hearing()
        token = _now.set(hearing)
        try:
            yield hearing
        finally:
            _now.reset(token)

    def expect(self, sent: Sent) -> str:
        """Return the ticket of a request that the playground is about to send, for the header `TICKET`."""
        while len(self._tickets) >= _MOST_TICKETS:
            self._tickets.pop(next(iter(self._tickets)))
        ticket = secrets.token_urlsafe(16)
        self._tickets[ticket] = sent
        return ticket

    def number_of(self, ticket: str) -> int | None:
        """Return under which number the request of a ticket was recorded, once; None where it has not come."""
        number = self._tickets.pop(ticket, None)
        return number if isinstance(number, int) else None

    def around(self, app: App) -> App:
        """Return an app that answers as `app` does, and records that."""

        async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or not _is_recorded(scope["path"]):
                await app(scope, receive, send)
                return
            take = _Take(self, scope)
            token = _now.set(take.hearing)
            try:
                await app(scope, take.receiving(receive), take.sending(send))
            finally:
                _now.reset(token)
                take.end()

        return recorded

    def keep(self, take: "_Take") -> None:
        """Keep what was taken down, without what could be a real secret."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in take.scope["headers"]}
        ticket = headers.get(TICKET, "")
        sent = self._tickets.get(ticket)
        whose = sent if isinstance(sent, Sent) else Sent()
        request = asked(headers, take.scope.get("query_string", b""), bytes(take.body))
        credential = request.credential(self._key)
        hearing, path, answer = take.hearing, take.scope["path"], _object(take.answer)
        if not whose.is_made_up:
            hidden = {form for secret in request.secrets for form in forms_of(secret)}
            hearing, request, answer = hearing.without(hidden), request.blanked(), _answer_without(hidden, answer)
            path = blanked_path(path)
        number = self.recordings.next_number()
        self.recordings.add(
            Recording(
                number=number,
                at=self.clock(),
                sent=whose,
                method=take.scope["method"],
                path=path[:_LONGEST_PATH],
                headers=request.headers,
                fields=request.fields,
                is_json=request.is_json,
                status=take.status,
                answer_headers=take.answer_headers,
                answer=answer,
                events=tuple(hearing.events),
                verification=hearing.verification or self._said_before(hearing, credential),
                profile=hearing.profile,
                credential=credential,
                weight=len(take.body) + len(take.answer) + _weight(hearing.verification),
            )
        )
        if isinstance(sent, Sent):
            self._tickets[ticket] = number

    def _said_before(self, hearing: Hearing, credential: bytes) -> Verification | None:
        """Return what the provider said earlier, where it was not asked again."""
        asked_nobody = any(getattr(event, "verified_by", None) in {"cache", "flight"} for event in hearing.events)
        return self.recordings.said_before(credential) if asked_nobody else None


class _Take:
    """One request on its way through."""

    def __init__(self, recorder: Recorder, scope: Scope) -> None:
        self._recorder = recorder
        self._has_ended = False
        self.scope = scope
        self.hearing = Hearing()
        self.body = bytearray()
        self.answer = bytearray()
        self.status = 0
        self.answer_headers: dict[str, str] = {}

    def receiving(self, receive: Receive) -> Receive:
        async def received() -> MutableMapping[str, Any]:
            message = await receive()
            self.body += message.get("body", b"")[: _MOST_BYTES - len(self.body)]
            return message

        return received

    def sending(self, send: Send) -> Send:
        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                named = ((name.decode("latin-1").lower(), value) for name, value in message.get("headers", ()))
                self.answer_headers = {
                    name: value.decode("latin-1") for name, value in named if name in _ANSWER_HEADERS
                }
            elif message["type"] == "http.response.body":
                self.answer += message.get("body", b"")[: _MOST_BYTES - len(self.answer)]
                if not message.get("more_body", False):
                    self.end()  # before who has asked knows the answer, and looks for the recording
            await send(message)

        return sent

    def end(self) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._recorder.keep(self)


def _hear(verification: object, profile: object) -> None:
    if (hearing := _now.get()) is not None:
        hearing.hear(verification, profile)


def _is_recorded(path: str) -> bool:
    return path.startswith(_RECORDED) or path in _ALSO_RECORDED


def _object(body: bytearray) -> dict[str, Any] | None:
    try:
        found = json.loads(bytes(body))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _answer_without(hidden: Collection[str], answer: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return an answer that says nothing back. Our tokens stay: they may begin as a JWT that was sent does."""
    if answer is None:
        return None
    return {name: value if name in _OUR_TOKENS else without(hidden, value) for name, value in answer.items()}


def _weight(said: Verification | None) -> int:
    try:
        return 0 if said is None else len(json.dumps(dict(said.claims), default=str))
    except BaseException:  # what a plugin says need not be JSON, and may raise whatever it likes
        return _MOST_BYTES
