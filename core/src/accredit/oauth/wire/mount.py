"""Where the app is, and where the issuer says it is."""

from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

_LONGEST_SHOWN = 200


def path_of(issuer: str) -> str:
    """Return the path of the issuer's URL, without a slash at its end: empty where it has none."""
    return unquote(urlsplit(issuer).path).rstrip("/")


class MountCheck:
    """An ASGI middleware that looks, at the first request, whether the issuer names the path of the mount.

    Nobody knows earlier: a mount tells its path with each request, as `root_path`. Every published address begins with
    the issuer, so they do not exist where it names another path. A proxy may put something in front of the path, so the
    issuer must end with it, no more. `report` takes the `root_path`, and what to do.
    """

    def __init__(self, app: ASGIApp, *, issuer: str, report: Callable[[str, str], None]) -> None:
        self._app = app
        self._issuer = issuer
        self._report = report
        self._looked = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as it is."""
        if not self._looked and scope["type"] == "http":
            self._looked = True
            self._look(scope.get("root_path", "").rstrip("/"))
        await self._app(scope, receive, send)

    def _look(self, root_path: str) -> None:
        if not path_of(self._issuer).endswith(root_path):
            parts, shown = urlsplit(self._issuer), root_path[:_LONGEST_SHOWN]
            advice = f'so what it publishes does not exist: set issuer = "{parts.scheme}://{parts.netloc}{shown}/"'
            self._report(shown, advice)
