"""Run a trial over HTTP, and say what is wrong with what came of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from accredit.audit.events import AnyEvent, ExchangeEvent
from accredit.cli.sandbox.sandbox import CLIENT_ID, Sandbox
from accredit.cli.sandbox.trials import Trial
from accredit.hookspecs import hookimpl
from accredit.keys.jose import InvalidJwt, PublicKeys, read_header


class Observer:
    """A plugin that keeps the events of exchanges."""

    def __init__(self) -> None:
        self._events: list[ExchangeEvent] = []

    @hookimpl
    def observe(self, event: AnyEvent) -> None:
        """Keep one event."""
        if isinstance(event, ExchangeEvent):
            self._events.append(event)

    def take(self) -> list[ExchangeEvent]:
        """Return the events since the last call."""
        taken, self._events = self._events, []
        return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A JWT of ours, decoded after its signature was verified."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a trial; `problems` is empty where it is what had to come."""

    trial: Trial
    status: int
    body: Mapping[str, Any]
    event: ExchangeEvent | None
    tokens: Mapping[str, Token]
    problems: tuple[str, ...]


class Judge:
    """Run trials in a sandbox whose exchange has the plugin `observer`."""

    def __init__(self, sandbox: Sandbox, observer: Observer) -> None:
        self._url = f"{sandbox.url}/oauth/access_token"
        self._issuer = sandbox.settings.issuer
        self._algorithms = [sandbox.settings.tokens.signing_alg]
        self._observer = observer
        self._http = httpx.Client(trust_env=False, timeout=30)
        self._keys = PublicKeys(self._http.get(f"{sandbox.url}/.well-known/jwks.json").json())

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def run(self, trial: Trial) -> Outcome:
        """Send the request and judge the answer."""
        self._observer.take()
        if trial.method == "POST":
            response = self._http.post(self._url, json=dict(trial.parameters))
        else:
            response = self._http.request(trial.method, self._url)
        events = self._observer.take()
        body = _json_object(response)
        tokens: dict[str, Token] = {}
        problems = [*_status_problems(trial, response), *_event_problems(trial, events)]
        if trial.accepted:
            problems += self._token_problems(trial, body, tokens)
        else:
            problems += _refusal_problems(trial, response, body)
        return Outcome(
            trial=trial,
            status=response.status_code,
            body=body,
            event=events[0] if events else None,
            tokens=tokens,
            problems=tuple(problems),
        )

    def _token_problems(self, trial: Trial, body: Mapping[str, Any], tokens: dict[str, Token]) -> list[str]:
        problems = []
        for name, typ, audience in (("access_token", "at+jwt", self._issuer), ("id_token", "JWT", CLIENT_ID)):
            try:
                jwt = str(body[name])
                token = Token(header=read_header(jwt), claims=self._keys.verify(jwt, algorithms=self._algorithms))
            except (InvalidJwt, KeyError) as exc:
                problems.append(f"{name} cannot be verified: {type(exc).__name__}")
                continue
            tokens[name] = token
            problems += _different(f"{name} header", {"typ": typ}, token.header)
            problems += _different(name, {"iss": self._issuer, "aud": audience}, token.claims)
        if "id_token" in tokens:
            problems += _different("id_token", trial.claims, tokens["id_token"].claims)
        if not body.get("refresh_token"):
            problems.append("no refresh_token")
        return problems


def _json_object(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _status_problems(trial: Trial, response: httpx.Response) -> list[str]:
    problems = []
    if response.status_code != trial.status:
        problems.append(f"status is {response.status_code}, not {trial.status}")
    return problems + _different("header", trial.headers, response.headers)


def _event_problems(trial: Trial, events: list[ExchangeEvent]) -> list[str]:
    found = [event.reason for event in events]
    wanted = [] if trial.reason is None else [trial.reason]
    return [] if found == wanted else [f"audit reason is {_words(found)}, not {_words(wanted)}"]


def _refusal_problems(trial: Trial, response: httpx.Response, body: Mapping[str, Any]) -> list[str]:
    problems = []
    if set(body) != {"error", "error_description"}:
        problems.append(f"the body holds {_words(sorted(body))}, not error and error_description")
    if trial.error is not None:
        problems += _different("body", {"error": trial.error}, body)
    if trial.description is not None:
        problems += _different("body", {"error_description": trial.description}, body)
    if (token := trial.parameters.get("access_token")) and token in response.text:
        problems.append("the body quotes the token")
    return problems


def _different(place: str, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Compare exactly: as JSON, in which true is not 1."""
    return [
        f"{place}: {name} is {_text(found.get(name))}, not {_text(value)}"
        for name, value in wanted.items()
        if _text(found.get(name)) != _text(value)
    ]


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _words(values: list[str]) -> str:
    return " and ".join(values) or "none"
