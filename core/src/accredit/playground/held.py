"""What a client holds of one session: its refresh tokens in the order in which they came, and what each is now."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from accredit.exchange.engine import Engine
from accredit.exchange.steps.check_refresh_token import leeway_of
from accredit.playground.people import People
from accredit.playground.recordings import Recordings
from accredit.storage import Session
from accredit.storage.rules import RefreshTokenState, default_subject, state_of
from accredit.testing import Person
from accredit.tokens.refresh_token import hash_token


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldToken:
    """One refresh token. `state` is None where its row is gone: it was replaced long ago."""

    run: int
    """The number of the request that it was the answer to."""
    value: str = field(repr=False)
    state: RefreshTokenState | None
    is_replaced: bool = False
    seconds_left: int = 0
    """Of its leeway, where it is replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody's account at a provider. `name` is the person's, empty where it is not known."""

    namespace: str
    user_id: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One session, and what came of it so far."""

    session_id: str
    subject: str
    name: str
    """The user's, empty where it is not known."""
    person: Person | None
    """Who has logged in, None where that is not known, as of a pasted token."""
    account: Account
    """By which the session began."""
    client_id: str
    is_over: bool
    tokens: Sequence[HeldToken]
    access_token: str = field(repr=False)
    """The newest; empty where it is not known any more."""
    is_access_token_live: bool
    identities: Sequence[Account]
    """The accounts that were linked to the subject."""

    @property
    def last(self) -> HeldToken | None:
        """The refresh token that came last."""
        return self.tokens[-1] if self.tokens else None

    @property
    def newest(self) -> HeldToken | None:
        """The one to use next: of those that were not replaced, the one that came last."""
        unused = [one for one in self.tokens if one.state is RefreshTokenState.LIVE and not one.is_replaced]
        return unused[-1] if unused else None

    @property
    def is_linked(self) -> bool:
        """Whether its account was linked to a user that is not named after it."""
        return self.subject != default_subject(self.account.namespace, self.account.user_id)

    @property
    def is_unlinked(self) -> bool:
        """Whether its account was linked to the user, and is not any more."""
        return self.is_linked and self.account not in self.identities


async def held(session_id: str, recordings: Recordings, engine: Engine, people: People) -> Held | None:
    """Return what a session is now, None where there is none of that id.

    Raises:
        StorageFailed: nobody can tell.
    """
    stored = await engine.storage.session(session_id)
    if stored is None:
        return None
    session = stored.session
    kept = recordings.of_session(session_id)
    answers = [
        (one.number, one.answer)
        for one in kept
        if one.status == 200 and one.answer is not None and "access_token" in one.answer
    ]
    tokens = [
        await _held_token(number, str(answer["refresh_token"]), session.client_id, engine)
        for number, answer in answers
        if answer.get("refresh_token")
    ]
    access_token = str(answers[-1][1]["access_token"]) if answers else ""
    is_over = stored.ended or engine.clock() >= session.expires_at
    found = await engine.subjects.identities(session.subject)
    return Held(
        session_id=session_id,
        subject=session.subject,
        name=_name_of(session, people),
        person=next((person for one in kept if (person := people.person(one)) is not None), None),
        account=_account(session.namespace, session.user_id, people),
        client_id=session.client_id,
        is_over=is_over,
        tokens=tokens,
        access_token=access_token,
        is_access_token_live=not is_over and engine.presented.access_token(access_token) is not None,
        identities=[_account(*one, people) for one in found],
    )


def _account(namespace: str, user_id: str, people: People) -> Account:
    return Account(namespace=namespace, user_id=user_id, name=people.name_of(namespace, user_id))


def _name_of(session: Session, people: People) -> str:
    """Return the user's name: of an account that was linked, the one of the user to whom it was."""
    namespace, _, user_id = session.subject.partition("|")
    return people.name_of(namespace, user_id) or people.name_of(session.namespace, session.user_id)


async def _held_token(run: int, value: str, client_id: str, engine: Engine) -> HeldToken:
    stored, now, ttl = await engine.storage.find(hash_token(value)), int(engine.clock()), engine.settings.tokens
    if stored is None:
        return HeldToken(run=run, value=value, state=None)
    ends_at = ttl.refresh_token_ends_at(stored.session.session.expires_at, stored.token.issued_at)
    leeway_s = leeway_of(engine.clients[client_id], ttl)
    state = state_of(stored, now=now, leeway_s=leeway_s, ends_at=ends_at)
    if stored.replaced_at is None:
        return HeldToken(run=run, value=value, state=state)
    left = max(0, stored.replaced_at + leeway_s - now)
    return HeldToken(run=run, value=value, state=state, is_replaced=True, seconds_left=left)


def session_of(recordings: Recordings, number: int) -> str | None:
    """Return which session a request was about, None where it was none."""
    recording = recordings.get(number)
    ids = [] if recording is None else [*(one.session_id for one in recording.events), recording.sent.session_id]
    return next(filter(None, ids), None)
