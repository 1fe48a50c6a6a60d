"""The operator's page as an ASGI app: who may ask, and what answers where."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from importlib.resources import files
from typing import Any

from accredit.audit import operations
from accredit.audit.events import AnyEvent
from accredit.operator.attempts import MOST_WRONG, PERIOD_S, Attempts
from accredit.operator.desk import Desk
from accredit.operator.layout import FORM_TOKEN
from accredit.operator.pages.sign_in import sign_in
from accredit.operator.rooms import enter, is_same, room_of
from accredit.operator.sessions import SESSION_S, Sessions, SignedIn
from accredit.web.answer import Answer, Send, page, plain, see_other
from accredit.web.call import Call, Receive, Unreadable
from accredit.web.names import Names, Place

Scope = MutableMapping[str, Any]
_FILES = {"/page.css": "text/css; charset=utf-8", "/live.js": "text/javascript; charset=utf-8"}
_WRONG = "That is not the token."
_TOO_MANY = "There were too many wrong tokens in the last minute. The right one is let in all the same."


class OperatorPage:
    """Answer browsers that have shown the token. `url` is where they reach the page, None for loopback alone.

    `desk` does what signed-in operators ask for, and `emit` is told of who comes and goes.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        url: str | None,
        attempts: Attempts,
        sessions: Sessions,
        emit: Callable[[AnyEvent], None],
    ) -> None:
        self._desk = desk
        self._names = Names(url)
        self._attempts = attempts
        self._sessions = sessions
        self._emit = emit
        web, own = files("accredit.web"), files("accredit.operator").joinpath("static")
        style = web.joinpath("style.css").read_bytes() + own.joinpath("page.css").read_bytes()
        self._files = {"/page.css": style, "/live.js": web.joinpath("live.js").read_bytes()}
        self._read: Mapping[str, Callable[[Call, SignedIn], Awaitable[Answer]]] = {
            "/": desk.overview,
            "/refusals": desk.refusals,
            "/keys": desk.keys,
            "/subject": desk.subject,
            "/confirm": desk.confirm,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await self._answer(Call.of(scope), receive)
        except Unreadable as exc:
            answer = plain(400, str(exc))
        await answer.send(send, with_body=scope["method"] != "HEAD")

    async def _answer(self, call: Call, receive: Receive) -> Answer:
        place = self._names.place_of(call)
        if place is None:
            return plain(421, "This is no name of the operator's page: see the setting operator.url.")
        room, call = enter(call)
        if call.method == "POST":
            return await self._post(call, place, room, receive)
        if call.method not in {"GET", "HEAD"}:
            return plain(405, "GET, HEAD or POST", ("allow", "GET, HEAD, POST"))
        if call.path in _FILES:
            return Answer(body=self._files[call.path], content_type=_FILES[call.path])
        signed_in = self._signed_in(call, place, room)
        if call.path == "/sign-in":
            return page(sign_in()) if signed_in is None else see_other("./")
        show = self._read.get(call.path)
        if show is None:
            return plain(404, "There is no such page.")
        return see_other("/sign-in") if signed_in is None else await show(call, signed_in)

    async def _post(self, call: Call, place: Place, room: str, receive: Receive) -> Answer:
        if call.path not in {"/sign-in", "/sign-out", "/do"}:
            return plain(405, "This is read by GET.", ("allow", "GET, HEAD"))
        if not self._names.is_own_form(call, place):
            return plain(403, "This form is not of the operator's page.")
        call = await call.with_form(receive)
        if call.path == "/sign-in":
            return await self._sign_in(call, place)
        signed_in = self._signed_in(call, place, room)
        if signed_in is None:
            return see_other("/sign-in")
        if not signed_in.has_sent(call.field(FORM_TOKEN)):
            return plain(403, "This form is not of this session: go back, and load the page again.")
        if call.path == "/do":
            return await self._desk.do(call, signed_in)
        self._sessions.end(call.cookie(_cookie(place)))
        self._emit(operations.operator_signed_out())
        return see_other("/sign-in", _set_cookie(place, room, "", 0))

    def _signed_in(self, call: Call, place: Place, room: str) -> SignedIn | None:
        cookie = call.cookie(_cookie(place))
        return self._sessions.find(cookie) if is_same(room, room_of(place, cookie)) else None

    async def _sign_in(self, call: Call, place: Place) -> Answer:
        if self._attempts.is_right(call.field("token")):
            self._emit(operations.operator_signed_in())
            cookie = self._sessions.begin()
            room = room_of(place, cookie)
            return see_other(f"{room}/", _set_cookie(place, room, cookie, SESSION_S))
        count = await self._attempts.was_wrong()
        if count > MOST_WRONG:
            return page(sign_in(_TOO_MANY), status=429, headers=(("retry-after", str(PERIOD_S)),))
        self._emit(operations.operator_wrong_token())
        if count == MOST_WRONG:
            self._emit(operations.operator_many_wrong_tokens(count))
        return page(sign_in(_WRONG), status=403)


def _cookie(place: Place) -> str:
    """Return the cookie's name. The prefix keeps others of the same site from setting it.

    Source: RFC 6265bis section 4.1.3.2.
    """
    return "__Host-accredit-operator" if place.is_https else "accredit-operator"


def _set_cookie(place: Place, room: str, value: str, max_age_s: int) -> tuple[str, str]:
    secure = "; Secure" if place.is_https else ""
    told = f"{_cookie(place)}={value}; Path={room}/; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{secure}"
    return "set-cookie", told
