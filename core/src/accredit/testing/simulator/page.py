"""The page at a simulator's root: who is there, what to try, and what must come of it."""

import dataclasses
import html
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from accredit.testing.simulator.faults import FAULTS
from accredit.testing.simulator.people import PEOPLE

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #8884;padding:.3rem .6rem;text-align:left;"
    "vertical-align:top}code,pre{font:13px ui-monospace,monospace;overflow-wrap:anywhere}pre{overflow:auto}"
    ":root{color-scheme:light dark}"
)


class Shown(Protocol):
    """What the page shows of a simulator."""

    @property
    def strategy(self) -> str:
        """Whose provider it stands in for."""

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return its connection table."""

    def samples(self) -> Sequence[Any]:
        """Return its tokens."""

    def other_tokens(self) -> Mapping[str, str]:
        """Return those whose verdict depends on something."""


def root_route(simulator: Shown) -> Route:
    """Return `GET /`: HTML for people, JSON for whoever prefers `application/json`."""

    async def root(request: Request) -> Response:
        contents = describe(simulator, f"{request.url.scheme}://{request.url.netloc}")
        accept = request.headers.get("accept", "")
        if "application/json" in accept and "text/html" not in accept:
            return JSONResponse(contents, headers={"Vary": "Accept"})
        return HTMLResponse(_html(contents), headers={"Vary": "Accept"})

    return Route("/", root, methods=["GET"])


def describe(simulator: Shown, base_url: str) -> dict[str, Any]:
    """Return everything there is to try, as JSON values; tokens that run out are minted now."""
    return {
        "strategy": simulator.strategy,
        "connection": simulator.settings(base_url),
        "people": [dataclasses.asdict(one) for one in PEOPLE],
        "samples": [
            {
                "name": sample.name,
                "about": sample.about,
                "parameters": dict(sample.parameters),
                "expected": sample.expected,
                "claims": dict(sample.claims),
            }
            for sample in simulator.samples()
        ],
        "other_tokens": dict(simulator.other_tokens()),
        "faults": dict(FAULTS),
    }


def connection_toml(name: str, settings: Mapping[str, Any]) -> str:
    """Return a connection table as TOML, to paste into a settings file."""
    # Strings, lists of strings, booleans and integers are written in TOML as they are in JSON.
    values = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in settings.items())
    return "\n".join([f"[connections.{name}]", *values, ""])


def _html(contents: Mapping[str, Any]) -> str:
    name = html.escape(contents["strategy"])
    samples = (
        (
            one["name"],
            one["about"],
            _code(json.dumps(one["parameters"], ensure_ascii=False, indent=1)),
            _code(one["expected"]),
        )
        for one in contents["samples"]
    )
    people = ((one["key"], str(one["number"]), one["name"], one["email"] or "") for one in contents["people"])
    others = contents["other_tokens"].items()
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="en"><meta charset="utf-8"><title>{name}, simulated</title><style>{_STYLE}</style>',
            f"<h1>{name}, simulated</h1>",
            "<p>Nothing here is real: no account, no secret, no token is good anywhere else. "
            "Ask with <code>Accept: application/json</code> for the same as JSON.",
            "<h2>Connection</h2>",
            f"<pre>{html.escape(connection_toml(contents['strategy'], contents['connection']))}</pre>",
            "<h2>Tokens</h2>",
            _table(("name", "what it is", "what the client sends", "what must come of it"), samples),
            *(["<h2>More tokens</h2>", _table(("token", "what it is"), _coded(others))] if others else []),
            "<h2>Faults</h2>",
            "<p>Put <code>~NAME</code> or <code>~NAME-NUMBER</code> behind any token, and every request with it "
            "misbehaves.",
            _table(("name", "what happens"), _coded(contents["faults"].items())),
            "<h2>People</h2>",
            _table(("key", "number", "name", "e-mail"), people),
            "</html>",
        ]
    )


class _Markup(str):
    """HTML, as opposed to text."""

    __slots__ = ()


def _code(text: str) -> _Markup:
    return _Markup(f"<code>{html.escape(text)}</code>")


def _coded(rows: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    return ((_code(first), second) for first, second in rows)


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{html.escape(column)}" for column in columns)
    body = ("".join(f"<td>{one if isinstance(one, _Markup) else html.escape(one)}" for one in row) for row in rows)
    return "\n".join([f"<table><tr>{head}", *(f"<tr>{row}" for row in body), "</table>"])
