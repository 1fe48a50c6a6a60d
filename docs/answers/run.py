"""Send every request, and keep what comes."""

import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

import httpx
from docs import gallery
from docs.answers.house import House, Server
from docs.answers.logins import asked
from docs.answers.refusals import REFUSALS, Case
from docs.answers.wire import Request, Seen, decoded

from accredit.keys.jose import PublicKeys, read_header
from accredit.sandbox.judge import Token

SHOWN = (
    "Content-Type",
    "Cache-Control",
    "Pragma",
    "Allow",
    "WWW-Authenticate",
    "Retry-After",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
)
"""The headers that matter to a client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of everything: of the connections by their names, of the contract's errors by their keys."""

    logins: Mapping[str, tuple[Seen, ...]]
    refusals: Mapping[str, tuple[Seen, ...]]


def run() -> Run:
    """Run the house, and ask everything."""
    only_codes = {one.name for one in gallery.ours() if one.accepts == {"code"}}
    with House.open() as house, house.server() as server:
        logins = {
            name: tuple(
                _seen(server, title, about, request)
                for title, about, request in asked(simulator, has_only_codes=name in only_codes)
            )
            for name, simulator in house.simulators.items()
        }
        refusals = {key: tuple(refused(case, house, server) for case in cases) for key, cases in REFUSALS.items()}
        return Run(logins=logins, refusals=refusals)


def refused(case: Case, house: House, ordinary: Server) -> Seen:
    """Send the request of one case, to the ordinary server or one of its own."""
    if not case.has_a_server_of_its_own:
        return _seen(ordinary, case.title, case.about, case.request)
    with house.server("facebook", **case.limits) as server:
        if case.before is not None:
            server.send(case.before)
        with case.meanwhile(server) if case.meanwhile else nullcontext():
            return _seen(server, case.title, case.about, case.request)


def _seen(server: Server, title: str, about: str, request: Request) -> Seen:
    response, reason = server.send(request)
    return Seen(
        title=title,
        about=about,
        request=request,
        status=response.status_code,
        headers={name: response.headers[name] for name in SHOWN if name in response.headers},
        body=response.text,
        reason=reason,
        sent=_sent(request),
        tokens=_ours(response, server) if response.status_code == httpx.codes.OK else {},
    )


def _ours(response: httpx.Response, server: Server) -> dict[str, Token]:
    """Return our tokens, decoded once their signatures are verified."""
    keys = PublicKeys(server.client.get(f"{server.url}/.well-known/jwks.json").json())
    body = response.json()
    found = [(name, body[name]) for name in ("access_token", "id_token")]
    return {name: Token(header=read_header(jwt), claims=keys.verify(jwt, algorithms=["RS256"])) for name, jwt in found}


def _sent(request: Request) -> dict[str, Token]:
    """Return the ID tokens of a request."""
    try:
        parameters = json.loads(request.body)
    except ValueError:
        return {}
    found = {name: decoded(parameters.get(name)) for name in ("access_token", "id_token")}
    return {name: token for name, token in found.items() if token is not None}
