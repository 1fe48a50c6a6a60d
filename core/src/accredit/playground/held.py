"""What a client holds of one session: its refresh tokens in the order in which they came, and what each is now."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from accredit.exchange.engine import Engine
from accredit.exchange.steps.check_refresh_token import leeway_of
from accredit.playground.recordings import Recordings
from accredit.storage.rules import RefreshTokenState, state_of
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
class Held:
    """One session, and what came of it so far."""

    session_id: str
    subject: str
    client_id: str
    is_over: bool
    tokens: Sequence[HeldToken]
    access_token: str = field(repr=False)
    """The newest; empty where it is not known any more."""
    identities: Sequence[tuple[str, str]]
    """Namespace and user id of the accounts that were linked to the subject."""

    @property
    def newest(self) -> HeldToken | None:
        """The refresh token that came last."""
        return self.tokens[-1] if self.tokens else None


async def held(session_id: str, recordings: Recordings, engine: Engine) -> Held | None:
    """Return what a session is now, None where there is none of that id.

    Raises:
        StorageFailed: nobody can tell.
    """
    stored = await engine.storage.session(session_id)
    if stored is None:
        return None
    session = stored.session
    answers = [
        (one.number, one.answer)
        for one in recordings.of_session(session_id)
        if one.status == 200 and one.answer is not None and "access_token" in one.answer
    ]
    tokens = [
        await _held_token(number, str(answer["refresh_token"]), session.client_id, engine)
        for number, answer in answers
        if answer.get("refresh_token")
    ]
    return Held(
        session_id=session_id,
        subject=session.subject,
        client_id=session.client_id,
        is_over=stored.ended or engine.clock() >= session.expires_at,
        tokens=tokens,
        access_token=str(answers[-1][1]["access_token"]) if answers else "",
        identities=await engine.subjects.identities(session.subject),
    )


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
