"""The playground as an ASGI app: who may ask, and what answers where."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from importlib.resources import files
from typing import Any

from accredit.errors import StorageFailed
from accredit.playground.desk import Desk
from accredit.playground.recordings import is_number
from accredit.web.answer import Answer, Send, plain
from accredit.web.call import Call, Receive, Unreadable
from accredit.web.names import Names, Place

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BODY_BYTES = 131_072
"""A token may have 16384 characters, and each takes three where a form writes it as `%2B`."""
_RUN = "/playground/runs/"
_STYLES = [("web", "style.css"), ("explaining", "page/way.css"), ("playground", "static/page.css")]
_FILES = {
    "/playground/page.css": ("text/css; charset=utf-8", _STYLES),
    "/playground/live.js": ("text/javascript; charset=utf-8", [("web", "live.js")]),
    "/playground/copy.js": ("text/javascript; charset=utf-8", [("playground", "static/copy.js")]),
}


class Playground:
    """Answer browsers of this machine. It shows nothing to, and does nothing for, pages of anybody else's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._names = Names(None)
        root = files("accredit")
        self._files = {
            path: Answer(body=b"".join(root.joinpath(*part).read_bytes() for part in parts), content_type=content_type)
            for path, (content_type, parts) in _FILES.items()
        }
        self._acts: Mapping[str, Callable[[Call], Awaitable[Answer]]] = {
            f"/playground/{name}": act for name, act in desk.acts.items()
        }

    def around(self, app: App) -> App:
        """Return an app that answers at `/` and below `/playground/`, and leaves the rest to `app`."""

        async def answered(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and (scope["path"] == "/" or scope["path"].startswith("/playground/")):
                await self(scope, receive, send)
            else:
                await app(scope, receive, send)

        return answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await self._answer(Call.of(scope), receive)
        except Unreadable as exc:
            answer = plain(400, str(exc))
        except StorageFailed:
            answer = plain(503, "The sandbox's storage does not answer.")
        await answer.send(send, with_body=scope["method"] != "HEAD")

    async def _answer(self, call: Call, receive: Receive) -> Answer:
        place = self._names.place_of(call)
        if place is None:
            return plain(421, "The playground answers on this machine only, as 127.0.0.1 or localhost.")
        if call.method == "POST":
            return await self._post(call, place, receive)
        if call.method not in {"GET", "HEAD"}:
            return plain(405, "GET, HEAD or POST", ("allow", "GET, HEAD, POST"))
        if call.path in self._files:
            return self._files[call.path]
        if call.path == "/":
            return self._desk.start(call)
        number = call.path.removeprefix(_RUN)
        if call.path.startswith(_RUN) and is_number(number):
            return await self._desk.run(int(number), call)
        return plain(404, "There is no such page.")

    async def _post(self, call: Call, place: Place, receive: Receive) -> Answer:
        act = self._acts.get(call.path)
        if act is None:
            return plain(405, "This is read by GET.", ("allow", "GET, HEAD"))
        if not self._names.is_own_form(call, place):
            return plain(403, "This form is not of the playground.")
        return await act(await call.with_form(receive, most_bytes=MOST_BODY_BYTES))
