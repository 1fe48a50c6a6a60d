"""Let old refresh tokens go on: each becomes a session of ours that its holder continues with the token they have.

The session says by which identity somebody has logged in, which the old tables do not. So it must be plain: the user
has exactly one here. A token comes along once for all time: whoever has used it up here, or logged out, does not find
it alive again because the import was repeated.
"""

from collections import defaultdict
from dataclasses import dataclass

from accredit.errors import NotLinked, StorageFailed, SubjectBlocked
from accredit.importers.options import ImportOptions
from accredit.importers.records import OldRefreshToken
from accredit.importers.report import Entry
from accredit.importers.steps.batches import in_batches
from accredit.importers.target import Target
from accredit.plugins import Connection
from accredit.profile import SCOPE_CLAIMS
from accredit.settings import REFRESH_TOKEN_GRANT, ClientSettings
from accredit.storage import MOST_SESSIONS, RefreshToken, Session, StoredSubject
from accredit.tokens.refresh_token import imported_session_id

_REMEMBERED_S = 315_360_000
"""For ten years a token is known to have been imported."""
_STANDARD = frozenset({"openid", "offline_access", *SCOPE_CLAIMS})


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the tokens of one user at one client go."""

    client: ClientSettings
    connection: Connection
    user_id: str
    stored: StoredSubject
    room: int
    """So many more sessions may begin before others would have to go."""


async def enter_refresh_tokens(
    tokens: tuple[OldRefreshToken, ...], target: Target, options: ImportOptions
) -> list[Entry]:
    """Begin a session for each token that may go on.

    Raises:
        StorageFailed: it cannot be done.
    """
    grouped: dict[tuple[str, str], list[OldRefreshToken]] = defaultdict(list)
    for token in tokens:
        grouped[token.user, token.client_id].append(token)

    async def enter(owner: tuple[str, str]) -> list[Entry]:
        newest_first = sorted(grouped[owner], key=lambda one: one.issued_at, reverse=True)
        must_authenticate = any(one.is_confidential for one in newest_first)
        place = await _place_of(*owner, target, must_authenticate=must_authenticate)
        if isinstance(place, str):
            return [Entry("refresh token", one.row, "left out", place) for one in newest_first]
        return await _enter_all(newest_first, place, target, write=options.write)

    return [entry for entries in await in_batches(enter, list(grouped)) for entry in entries]


async def _place_of(user: str, client_id: str, target: Target, *, must_authenticate: bool) -> _Place | str:
    client = target.settings.clients.get(client_id)
    if client is None:
        return f"there is no client '{client_id}' in the settings: see how to add it, then import again"
    if must_authenticate and client.auth_method == "none":  # a token that was bound to a secret stays so
        return f"client '{client_id}' had a secret at the old server and has none here: `accredit clients` makes one"
    if REFRESH_TOKEN_GRANT not in client.grant_types:
        return f"client '{client_id}' may not refresh: its grant_types lack {REFRESH_TOKEN_GRANT}"
    identities = await target.storage.identities(user)
    if not identities:
        return "the user has no identity here: import the accounts first"
    if len(identities) > 1:
        return "the user has several identities here: nobody can tell by which one this login began"
    namespace, user_id = identities[0]
    names = [name for name in client.connections if name in target.connections]
    connection = next((one for one in map(target.connections.__getitem__, names) if one.namespace == namespace), None)
    if connection is None:
        return f"clients.{client_id}.connections names none for identities of '{namespace}'"
    stored = await target.storage.subject_of(namespace, user_id)
    if stored is None or stored.unlinked or stored.id != user or stored.blocked:
        return "the user is blocked here, or the identity is not theirs any more"
    now = target.clock()
    live = [one for one in await target.storage.sessions(user) if one.renewable and now < one.expires_at]
    room = MOST_SESSIONS - sum(one.client_id == client_id for one in live)
    return _Place(client, connection, user_id, stored, room)


async def _enter_all(tokens: list[OldRefreshToken], place: _Place, target: Target, *, write: bool) -> list[Entry]:
    entries, room, now = [], place.room, int(target.clock())
    for token in tokens:
        session = _session_of(token, place, target, now=now)
        if await target.storage.session(session.id) is not None:
            if write:  # a run that was cut off may not have come so far
                await _remember(token, target)
            entries.append(Entry("refresh token", token.row, "unchanged", "it was imported before"))
            continue
        problem = _problem_of(token, place.client, target, room=room, now=now)
        if problem is None and write:
            problem = await _start(session, token, target)
        if problem is None:
            room -= 1
            entries.append(Entry("refresh token", token.row, "entered", "it goes on working"))
        else:
            entries.append(Entry("refresh token", token.row, "left out", problem))
    return entries


def _problem_of(token: OldRefreshToken, client: ClientSettings, target: Target, *, room: int, now: int) -> str | None:
    ttl = target.settings.tokens
    if token.ends_at is not None and token.ends_at <= now:
        return "it has expired"
    if ttl.refresh_token_ends_at(now + ttl.refresh_ttl_s, token.issued_at) <= now:
        return "nobody has used it for as long as tokens.refresh_idle_ttl_s says"
    if unknown := [scope for scope in token.scopes if scope not in _STANDARD.union(client.scopes)]:
        return f"its scopes are more than the client may have: {', '.join(sorted(unknown))}"
    if token.audience not in (None, target.settings.issuer, *client.audiences):
        return "it is for an API that is not among the client's audiences"
    return None if room > 0 else f"the user has {MOST_SESSIONS} newer sessions at this client"


async def _start(session: Session, token: OldRefreshToken, target: Target) -> str | None:
    """Begin it, and only then remember that: a run that is cut off in between has lost nobody's login."""
    if not await target.storage.first_use(
        _mark(token), int(target.clock())
    ):  # over at once: it asks, and keeps nothing
        return "it was imported before, and its session has ended since"
    try:
        await target.storage.start(session, RefreshToken(token.token_hash, session.id, token.issued_at))
    except (SubjectBlocked, NotLinked):
        return "the user was blocked, or the identity unlinked, meanwhile"
    except StorageFailed:
        if await target.storage.session(session.id) is None:
            raise
        return "another import has entered it at the same time"
    await _remember(token, target)
    return None


async def _remember(token: OldRefreshToken, target: Target) -> None:
    await target.storage.first_use(_mark(token), int(target.clock()) + _REMEMBERED_S)


def _mark(token: OldRefreshToken) -> str:
    return f"imported {token.token_hash}"


def _session_of(token: OldRefreshToken, place: _Place, target: Target, *, now: int) -> Session:
    ttl = target.settings.tokens
    expires_at = now + ttl.refresh_ttl_s
    if token.ends_at is not None:
        expires_at = min(expires_at, token.ends_at)
    return Session(
        id=imported_session_id(token.token_hash, token.issued_at),
        client_id=token.client_id,
        subject=token.user,
        connection=place.connection.name,
        strategy=place.connection.strategy.name,
        namespace=place.connection.namespace,
        user_id=place.user_id,
        scope=" ".join(token.scopes),
        audience=target.settings.issuer if token.audience is None else token.audience,
        device=None,
        claims="{}",  # what a provider once said of the person is not known to be true of this login
        auth_time=min(token.auth_time, now),
        expires_at=expires_at,
        kept_until=expires_at + max(ttl.access_ttl_s, ttl.id_ttl_s),
        renewable=True,
        identity_version=place.stored.identity_version,
        subject_version=place.stored.version,
    )
