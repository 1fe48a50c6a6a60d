"""Switches of a simulated provider: while one is on, each request to it misbehaves."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from accredit.testing import FAULTS

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]
_NUMBER = re.compile("[0-9]{1,6}")


class Switches:
    """An ASGI layer around a simulator's app: it marks the path, as its `Faults` reads it.

    `fault` is None, or the marker without its tilde, such as `latency-200`.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self.fault: str | None = None

    def turn(self, fault: str | None) -> None:
        """Switch one fault on, in the place of another; None switches all off.

        Raises:
            ValueError: there is no such fault.
        """
        if fault is not None and fault not in FAULTS:
            name, _, number = fault.rpartition("-")
            if name not in FAULTS or _NUMBER.fullmatch(number) is None:
                raise ValueError("there is no such fault")
        self.fault = fault

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Serve one request."""
        if self.fault is not None and scope["type"] == "http":
            path = f"{scope['path']}~{self.fault}"
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await self._app(scope, receive, send)
