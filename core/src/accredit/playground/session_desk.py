"""What can be done with a session: each is a request that a client sends, but for unlinking, which a host does."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence

from accredit.errors import AccreditError, PluginError
from accredit.playground.held import Held, held, session_of
from accredit.playground.pages.session import session
from accredit.playground.people import People, account_of
from accredit.playground.recorder import Recorder
from accredit.playground.recording import Sent
from accredit.playground.recordings import is_number
from accredit.playground.sender import Sender
from accredit.playground.stock import stock_of, take
from accredit.playground.unlinked import Unlinked
from accredit.sandbox.sandbox import Sandbox, parameters
from accredit.testing import PEOPLE, Person
from accredit.web.answer import Answer, plain, see_other
from accredit.web.call import Call
from accredit.web.elements import Html

_MOST_UNLINKED = 20
_NO_SESSION = "There is no such session, or what came of it is not kept any more."


class SessionDesk:
    """The forms of the session panel. Each names a `run`, the number of a request of that session."""

    def __init__(self, sandbox: Sandbox, recorder: Recorder, sender: Sender) -> None:
        self._sandbox = sandbox
        self._recorder = recorder
        self._recordings = recorder.recordings
        self._sender = sender
        self._people = People(sandbox.providers, sandbox.exchange.engine.connections, recorder.recordings)
        self._unlinked: deque[Unlinked] = deque(maxlen=_MOST_UNLINKED)
        self.acts: Mapping[str, Callable[[Call], Awaitable[Answer]]] = {
            "refresh": self._refresh,
            "revoke": self._revoke,
            "userinfo": self._userinfo,
            "link": self._link,
            "unlink": self._unlink,
        }

    async def held(self, run: int) -> Held | None:
        """Return the session of a request, None where it has none."""
        session_id = session_of(self._recordings, run)
        if session_id is None:
            return None
        return await held(session_id, self._recordings, self._sandbox.exchange.engine, self._people)

    def panel(self, found: Held, run: int) -> Html:
        """Return the panel of a session, on the page of one of its requests."""
        unlinked = [one for one in self._unlinked if one.session_id == found.session_id]
        return session(found, run, self._offers(found), unlinked)

    def _offers(self, found: Held) -> Sequence[str]:
        """Return at which connections there is something to link: not where the user has an account already."""
        has = {found.subject.partition("|")[0], *(one.namespace for one in (found.account, *found.identities))}
        connections = self._sandbox.exchange.engine.connections
        return [
            one.name
            for one in self._sandbox.providers
            if connections[one.name].namespace not in has
            and (found.person is None or account_of(found.person, one.samples) is not None)
        ]

    async def _refresh(self, call: Call) -> Answer:
        found, token = await self._named(call), call.field("token")
        shown = [one for one in found.tokens if str(one.run) == token] if found else []
        if found is None or not shown:
            return plain(400, _NO_SESSION)
        body = {"grant_type": "refresh_token", "client_id": found.client_id, "refresh_token": shown[0].value}
        sent = Sent(label=f"your app, by a button: the refresh token of request {token}", is_made_up=True)
        return lead_on(await self._sender.post("/oauth/token", body, sent))

    async def _revoke(self, call: Call) -> Answer:
        found = await self._named(call)
        if found is None or not (found.last or found.access_token):
            return plain(400, _NO_SESSION)
        token = found.last.value if found.last else found.access_token
        sent = Sent(label="your app, by a button: log out", is_made_up=True, session_id=found.session_id)
        return lead_on(await self._sender.post("/oauth/revoke", {"client_id": found.client_id, "token": token}, sent))

    async def _userinfo(self, call: Call) -> Answer:
        found = await self._named(call)
        if found is None or not found.access_token:
            return plain(400, _NO_SESSION)
        sent = Sent(label="your app, by a button: ask who it is", is_made_up=True, session_id=found.session_id)
        return lead_on(await self._sender.get("/userinfo", found.access_token, sent))

    async def _link(self, call: Call) -> Answer:
        found, name = await self._named(call), call.field("connection")
        provider = next((one for one in self._sandbox.providers if one.name == name), None)
        if found is None or not found.access_token or provider is None:
            return plain(400, _NO_SESSION)
        person = found.person or _person(call.field("person"))
        if person is None:
            return plain(400, "Say whose account it is.")
        good = account_of(person, stock_of(provider).accepted)
        try:
            sample = None if good is None else take(provider, good.name)
        except PluginError as exc:
            return plain(500, str(exc))
        if sample is None:
            return plain(400, f"{person.name} has no account at this connection now.")
        body = {**parameters(name, sample), "client_id": found.client_id, "main_access_token": found.access_token}
        sent = Sent(
            label=f"your app, by a button: link {person.name}'s account at {name}", is_made_up=True, sample=sample.name
        )
        return lead_on(await self._sender.post("/oauth/access_token", body, sent))

    async def _unlink(self, call: Call) -> Answer:
        found = await self._named(call)
        named = (call.field("namespace"), call.field("user_id"))
        accounts = [] if found is None else [one for one in found.identities if (one.namespace, one.user_id) == named]
        if found is None or not accounts:
            return plain(400, _NO_SESSION)
        with self._recorder.aside() as heard:
            try:
                await self._sandbox.exchange.subjects.unlink(*named)
            except AccreditError as exc:
                return plain(500, str(exc))
        done = Unlinked(
            session_id=found.session_id,
            at=self._sandbox.clock.time(),
            account=accounts[0],
            subject=found.subject,
            name=found.name,
            events=tuple(heard.events),
        )
        self._unlinked.append(done)
        return see_other(f"/playground/runs/{call.field('run')}#session")

    async def _named(self, call: Call) -> Held | None:
        run = call.field("run")
        return await self.held(int(run)) if is_number(run) else None


def _person(key: str) -> Person | None:
    return next((one for one in PEOPLE if one.key == key), None)


def lead_on(number: int | None) -> Answer:
    """Lead on to what has become of a request."""
    if number is None:
        return plain(502, "The sandbox's own server has not answered.")
    return see_other(f"/playground/runs/{number}")
