"""Serve an ASGI app over real HTTP on loopback, in a thread of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn

from accredit.serving.listener import open_listener

GRACE_S = 2
"""How long answers under way may take once the block has ended; an endless one would never end by itself."""


@contextmanager
def serve(app: Any, *, port: int = 0, certfile: str | None = None, keyfile: str | None = None) -> Iterator[str]:
    """Serve `app` until the block ends; yields its base URL, such as `http://127.0.0.1:41234`.

    Only ever binds to 127.0.0.1. With `certfile` and `keyfile` (PEM paths) it speaks TLS.

    Raises:
        RuntimeError: the app did not start.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="on",
        # Over TLS uvicorn's time-out leaves transports behind, and uvloop then waits for them for ever.
        timeout_graceful_shutdown=None if certfile else GRACE_S,
        ssl_certfile=certfile,
        ssl_keyfile=keyfile,
    )
    server = uvicorn.Server(config)
    listener = open_listener("127.0.0.1", port)
    bound_port = listener.getsockname()[1]

    def run() -> None:
        # uvicorn exits where the app cannot start; in a thread, that is for `serve` to tell.
        with suppress(SystemExit):
            server.run(sockets=[listener])

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        # uvicorn tells that it is up by a plain attribute; a thread that ends without it has failed.
        while thread.is_alive() and not server.started:
            thread.join(0.005)
        if not server.started:
            raise RuntimeError("the app did not start")
        yield f"{'https' if certfile else 'http'}://127.0.0.1:{bound_port}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
