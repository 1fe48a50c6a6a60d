"""What can be done at the playground: each form leads on to a page."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from accredit.errors import PluginError
from accredit.explaining.explanation import Explanation, Told
from accredit.explaining.page.audience import others
from accredit.explaining.page.cast import NOBODY, Cast
from accredit.explaining.plain import is_plain
from accredit.explaining.report import Report, report
from accredit.parameters import LONGEST
from accredit.playground.casting import cast_of, sender_of
from accredit.playground.pages.accounts import heading_of, linked
from accredit.playground.pages.clock import SPANS, clock
from accredit.playground.pages.paste import BESIDE, beside_of, kinds_of
from accredit.playground.pages.run import gone, run
from accredit.playground.pages.snippets import snippets
from accredit.playground.pages.start import start
from accredit.playground.pages.trouble import trouble
from accredit.playground.recorder import Recorder
from accredit.playground.recording import Recording, Sent
from accredit.playground.recordings import is_number
from accredit.playground.sender import Sender
from accredit.playground.session_desk import SessionDesk, lead_on
from accredit.playground.stock import stock_of, take
from accredit.sandbox.sandbox import CLIENT_ID, SCOPE, Provider, Sandbox, parameters
from accredit.testing import Sample
from accredit.web.answer import Answer, page, plain, see_other
from accredit.web.call import Call
from accredit.web.elements import Html

_LOGIN = "/oauth/access_token"


class Desk:
    """The pages, and what their forms do, in one sandbox."""

    def __init__(self, sandbox: Sandbox, recorder: Recorder) -> None:
        self._sandbox = sandbox
        self._recordings = recorder.recordings
        self._sender = Sender(sandbox.url, recorder)
        self._sessions = SessionDesk(sandbox, recorder, self._sender)
        self._providers = {one.name: one for one in sandbox.providers}
        self.acts: Mapping[str, Callable[[Call], Awaitable[Answer]]] = {
            "send": self._send,
            "paste": self._paste,
            "fault": self._fault,
            "keys": self._keys,
            "time": self._time,
            **self._sessions.acts,
        }
        """By their path below `/playground/`."""

    def start(self, call: Call, *, problem: str = "", status: int = 200) -> Answer:
        """Show the start page, with the connection that the call names."""
        provider = self._provider(call) or self._first()
        connection = self._sandbox.exchange.engine.connections[provider.name]
        made = start(
            provider,
            stock_of(provider),
            providers=self._sandbox.providers,
            connection=connection,
            recordings=self._recordings.newest(),
            ahead_s=self._sandbox.clock.ahead_s,
            notes=(*self._sandbox.skipped, *self._sandbox.broken),
            problem=problem,
            banner=self._trouble(),
        )
        return page(made, status=status)

    async def run(self, number: int, _: Call) -> Answer:
        """Show one request."""
        recording = self._recordings.get(number)
        if recording is None:
            return page(gone(number, self._trouble()), status=404)
        session = await self._sessions.held(number)
        panel = None if session is None else self._sessions.panel(session, number)
        passing = clock(self._sandbox.clock.ahead_s, back=str(number))
        programs = snippets(recording, self._sandbox.url)
        report = self._report(recording)
        note = None if session is None else linked(recording, session)
        made = run(
            recording,
            report,
            who=self._cast(recording, report),
            title="" if session is None else heading_of(recording, session),
            note=note,
            next_=self._next(recording),
            panel=panel,
            more=(passing, programs),
            banner=self._trouble(str(number)),
        )
        return page(made)

    def _trouble(self, run: str = "") -> Html | None:
        return trouble(self._sandbox.providers, self._sandbox.clock.ahead_s, back=run)

    def _cast(self, recording: Recording, report: Report | None) -> Cast:
        event = recording.login
        provider = None if event is None else self._providers.get(event.connection)
        if provider is None or report is None:
            return NOBODY
        return cast_of(provider, recording.sent.sample, others(report))

    def _next(self, recording: Recording) -> tuple[str, Sample] | None:
        """Return a connection and another app's token, after one of ours was let in by a button."""
        event = recording.login
        provider = None if event is None else self._providers.get(event.connection)
        if event is None or provider is None or event.outcome != "accepted" or not recording.sent.sample:
            return None
        if recording.is_to_link:
            return None
        foreign = stock_of(provider).of_another_app
        return None if foreign is None else (provider.name, foreign)

    def _first(self) -> Provider:
        """Return the one that the story is told with at first: it has a token of another app."""
        return self._providers.get("facebook") or next(
            (one for one in self._sandbox.providers if any(s.expected == "wrong_audience" for s in one.samples)),
            self._sandbox.providers[0],
        )

    def _provider(self, call: Call) -> Provider | None:
        return self._providers.get(call.field("connection"))

    def _report(self, recording: Recording) -> Report | None:
        event = recording.login
        connection = None if event is None else self._sandbox.exchange.engine.connections.get(event.connection)
        if event is None or connection is None:
            return None
        answer = recording.answer or {}
        told = Told(
            status=recording.status,
            error=str(answer.get("error", "")),
            error_description=str(answer.get("error_description", "")),
            retry_after_s=_whole(recording.answer_headers.get("retry-after", "")),
        )
        found = Explanation(
            connection=connection,
            event=event,
            told=None if event.outcome == "accepted" else told,
            verification=recording.verification,
            profile=recording.profile,
        )
        return report(found, secrets=_secrets(recording), show_email=True)

    async def _send(self, call: Call) -> Answer:
        provider = self._provider(call)
        if provider is None:
            return plain(400, "There is no such connection.")
        try:
            sample = take(provider, call.field("sample"))
        except PluginError as exc:
            return self.start(call, problem=str(exc), status=500)
        if sample is None:
            return plain(400, "There is no such sample.")
        sent = Sent(label=f"{sender_of(sample)}, by a button ({sample.about})", is_made_up=True, sample=sample.name)
        return lead_on(await self._sender.post(_LOGIN, parameters(provider.name, sample), sent))

    async def _paste(self, call: Call) -> Answer:
        provider, field, credential = self._provider(call), call.field("field"), call.field("credential")
        connection = None if provider is None else self._sandbox.exchange.engine.connections[provider.name]
        if connection is None or field not in kinds_of(connection):
            return plain(400, "There is no such connection, or it takes no such credential.")
        if not credential or len(credential) > LONGEST[field]:
            return plain(400, f"A token has 1 to {LONGEST[field]} characters.")
        given = {name: call.field(f"{BESIDE}{name}") for name in beside_of(connection)}
        beside = {name: value for name, value in given.items() if value}
        body = {"client_id": CLIENT_ID, field: credential, **beside, "connection": connection.name, "scope": SCOPE}
        return lead_on(await self._sender.post(_LOGIN, body, Sent(label="you: a pasted token")))

    async def _fault(self, call: Call) -> Answer:
        provider = self._provider(call)
        if provider is None:
            return plain(400, "There is no such connection.")
        try:
            provider.switches.turn(call.field("fault") or None)
        except ValueError:
            return plain(400, "There is no such fault.")
        return see_other(_back(call, "faults"))

    async def _keys(self, call: Call) -> Answer:
        provider = self._provider(call)
        issuer = None if provider is None else provider.simulator.id_tokens
        if provider is None or issuer is None or not issuer.has_keys:
            return plain(400, "There is no connection with keys of that name.")
        match call.field("do"):
            case "rotate":
                issuer.rotate()
            case "down" | "up" as state:
                issuer.keys_down = state == "down"
            case _:
                return plain(400, "There is no such action.")
        return see_other(_back(call, "keys"))

    async def _time(self, call: Call) -> Answer:
        seconds, run = call.field("seconds"), call.field("back")
        if seconds not in {str(one) for one in SPANS} or not (run == "" or is_number(run)):
            return plain(400, "So much time cannot be let pass.")
        self._sandbox.clock.let_pass(int(seconds))
        return see_other(_back(call, "time"))


def _secrets(recording: Recording) -> list[str]:
    return [value for name, value in recording.fields.items() if not is_plain(name, value)]


def _back(call: Call, part: str) -> str:
    """Return the way back to a part of the page of the form: that of a request, or else the start page."""
    run, connection = call.field("back"), call.field("connection")
    if is_number(run):
        return f"/playground/runs/{run}#{part}"
    return f"/?{urlencode({'connection': connection})}#{part}" if connection else f"/#{part}"


def _whole(written: str) -> int | None:
    return int(written) if written.isascii() and written.isdecimal() else None
