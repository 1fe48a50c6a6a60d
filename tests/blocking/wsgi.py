"""A WSGI application by hand, as servers load it: the wire, and two views of a host's own."""

import json
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from accredit import ExchangeError, ProviderToken, Settings
from accredit.sync import Exchange, Verifier, run_in_caller

FOLDER = Path(os.environ["ACCREDIT_TEST_FOLDER"])
SETTINGS = json.loads((FOLDER / "settings.json").read_text("utf-8"))

exchange = Exchange(Settings.model_validate(SETTINGS))
verifier = Verifier(connections=SETTINGS["connections"])
if os.environ.get("ACCREDIT_TEST_USED_EARLY"):
    exchange.subjects.block("early")

Start = Callable[[str, list[tuple[str, str]]], object]


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Answer one request."""
    path = environ["PATH_INFO"]
    if path == "/verify":
        return told(start_response, verify(environ["HTTP_X_TOKEN"]))
    if path == "/thread":
        return told(start_response, exchange.run(same_thread))
    answer = exchange.answer(
        path,
        method=environ["REQUEST_METHOD"],
        header=lambda name: header(environ, name),
        body=lambda: environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)),
        mount=environ.get("SCRIPT_NAME"),
    )
    start_response(f"{answer.status} -", list(answer.headers.items()))
    return [answer.body]


def told(start_response: Start, facts: dict[str, Any]) -> list[bytes]:
    """Answer in JSON."""
    start_response("200 OK", [("content-type", "application/json")])
    return [json.dumps({**facts, "pid": os.getpid()}).encode()]


def header(environ: dict[str, Any], name: str) -> str:
    """Return one header of a request."""
    variable = name.upper().replace("-", "_")
    return str(environ.get(variable if variable.startswith("CONTENT_") else f"HTTP_{variable}", ""))


def verify(token: str) -> dict[str, Any]:
    """Verify a token by both doors."""
    try:
        identities = [door.verify("facebook", ProviderToken.of(token)) for door in (exchange, verifier)]
    except ExchangeError as exc:
        return {"refused": exc.reason}
    return {"user_ids": [one.user_id for one in identities], "early": exchange.subjects.is_blocked("early")}


async def same_thread() -> dict[str, Any]:
    """Tell whether the caller's own local state is seen where it runs."""
    local = threading.local()

    def write() -> None:
        local.value = "seen"

    await run_in_caller(write)
    return {"here": await run_in_caller(lambda: getattr(local, "value", "not seen"))}
