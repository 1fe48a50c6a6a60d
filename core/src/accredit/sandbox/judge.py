"""Run a trial over HTTP, and say what is wrong with what came of it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from accredit.audit.events import AnyEvent, ExchangeEvent
from accredit.hookspecs import hookimpl
from accredit.keys.jose import InvalidJwt, PublicKeys, read_header
from accredit.sandbox.sandbox import CLIENT_ID, Sandbox
from accredit.sandbox.trials import Trial
from accredit.testing.verdict import differences, listed


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
    """A JWT, decoded."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a trial; `problems` is empty where it is what had to come. `status` is None without an answer."""

    trial: Trial
    status: int | None
    body: Mapping[str, Any]
    event: ExchangeEvent | None
    tokens: Mapping[str, Token]
    """Of ours, their signatures verified, by their fields."""
    problems: tuple[str, ...]
    duration_s: float
    """From the request to the end of the answer."""

    @property
    def verdict(self) -> Literal["accepted", "refused", "wrong"]:
        """Say what came of it: `wrong` is what should not have come."""
        if self.problems:
            return "wrong"
        return "accepted" if self.trial.verdict.is_acceptance else "refused"


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
        sent = dict(trial.parameters) if trial.method == "POST" else None
        began = time.perf_counter()
        try:
            response = self._http.request(trial.method, self._url, json=sent)
        except httpx.HTTPError as exc:
            return _silence(trial, exc, time.perf_counter() - began)
        duration_s = time.perf_counter() - began
        events = self._observer.take()
        body = _json_object(response)
        tokens: dict[str, Token] = {}
        if trial.verdict.is_acceptance:
            form = self._token_problems(body, tokens)
        else:
            form = _refusal_problems(trial, response, body)
        verdict = trial.verdict.contradictions(
            status=response.status_code,
            reasons=[event.reason for event in events],
            body=body,
            claims=tokens["id_token"].claims if "id_token" in tokens else {},
        )
        return Outcome(
            trial=trial,
            status=response.status_code,
            body=body,
            event=events[0] if events else None,
            tokens=tokens,
            problems=(*verdict, *differences("header", trial.headers, response.headers), *form),
            duration_s=duration_s,
        )

    def _token_problems(self, body: Mapping[str, Any], tokens: dict[str, Token]) -> list[str]:
        problems = []
        for name, typ, audience in (("access_token", "at+jwt", self._issuer), ("id_token", "JWT", CLIENT_ID)):
            try:
                jwt = str(body[name])
                token = Token(header=read_header(jwt), claims=self._keys.verify(jwt, algorithms=self._algorithms))
            except (InvalidJwt, KeyError) as exc:
                problems.append(f"{name} cannot be verified: {type(exc).__name__}")
                continue
            tokens[name] = token
            problems += differences(f"{name} header", {"typ": typ}, token.header)
            problems += differences(name, {"iss": self._issuer, "aud": audience}, token.claims)
        if not body.get("refresh_token"):
            problems.append("no refresh_token")
        return problems


def _silence(trial: Trial, exc: httpx.HTTPError, duration_s: float) -> Outcome:
    problems = (f"no answer: {type(exc).__name__}",)
    return Outcome(trial=trial, status=None, body={}, event=None, tokens={}, problems=problems, duration_s=duration_s)


def _json_object(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _refusal_problems(trial: Trial, response: httpx.Response, body: Mapping[str, Any]) -> list[str]:
    problems = []
    if set(body) != {"error", "error_description"}:
        problems.append(f"the body holds {listed(sorted(body))}, not error and error_description")
    sent = [trial.parameters.get(name) for name in ("access_token", "code")]
    if any(one and one in response.text for one in sent):
        problems.append("the body quotes the token")
    return problems
