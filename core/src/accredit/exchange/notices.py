"""What comes of a provider's notice: read by its strategy, proven to be for us, carried out once, told to the host."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from urllib.parse import quote

from accredit._guard import guarded
from accredit.audit import operations
from accredit.audit.reporter import Reporter
from accredit.errors import (
    ExchangeError,
    InvalidNotice,
    Overloaded,
    PluginFailed,
    ProviderTokenRejected,
    ProviderUnavailable,
    ServerError,
)
from accredit.exchange.deliveries import claim
from accredit.exchange.notice_effects import NoticeEffects
from accredit.exchange.providers import Providers
from accredit.exchange.subjects import Subjects
from accredit.exchange.unrecallable import noted
from accredit.notices import Notice, NoticeAnswer, NoticeRequest, ProviderNotice
from accredit.plugins import Connection
from accredit.plugins.hooks import Hooks
from accredit.storage import Storage

MOST_AT_ONCE = 200
"""So many notices are read and carried out at once in a process. They take no places from logins."""
_STRATEGYS = (InvalidNotice, ProviderUnavailable, ServerError)
"""What a strategy may raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What came of one notice, for its answer and its event."""

    answer: NoticeAnswer
    told: tuple[ProviderNotice, ...]
    """What hosts were told; of a replay, nothing."""
    kinds: tuple[str, ...]
    is_replay: bool


class Notices:
    """The notices of one engine. `issuer` is ours.

    Raises:
        ConfigurationError: a connection asks for what its storage cannot do.
    """

    def __init__(
        self,
        providers: Providers,
        *,
        issuer: str,
        storage: Storage,
        subjects: Subjects,
        hooks: Hooks,
        reporter: Reporter,
    ) -> None:
        self._providers = providers
        self._issuer = issuer
        self._storage = storage
        self._hooks = hooks
        self._reporter = reporter
        self._effects = NoticeEffects(storage, subjects)
        self._under_way = 0
        self.connections: Mapping[str, Connection] = {
            name: one for name, one in providers.connections.items() if one.reads_notices
        }
        """Those whose providers may tell us things."""
        for connection in self.connections.values():
            self._effects.check(connection)

    def url_of(self, connection: Connection) -> str:
        """Return where a connection's provider is to send its notices."""
        return f"{self._issuer.rstrip('/')}/notices/{quote(connection.name, safe='')}"

    async def receive(self, connection: Connection, request: NoticeRequest) -> Received:
        """Read a notice, do what is to be done, and return what its provider wants to hear.

        Raises:
            InvalidNotice: it is forged, malformed, or for another app.
            ProviderUnavailable: nobody can tell now.
            StorageFailed: not everything is done: the provider is to send it again.
            Overloaded: there are too many at once.
            ServerError: the strategy, or a plugin, has failed.
        """
        if self._under_way >= MOST_AT_ONCE:
            raise Overloaded("too many notices at once")
        self._under_way += 1
        try:
            notice = await self._read(connection, request)
            _require_ours(notice, connection.accepted)
            return await self._carry_out(connection, notice)
        finally:
            self._under_way -= 1

    def confirms(self, connection: Connection, code: str) -> bool:
        """Tell whether a confirmation code is one that this connection gives out.

        Raises:
            PluginFailed: the strategy failed.
        """
        with guarded("confirms"):
            return connection.strategy.confirms(code) is True

    async def _read(self, connection: Connection, request: NoticeRequest) -> Notice:
        with self._providers.deadlines.begin() as deadline:
            ctx = self._providers.context(connection, deadline.until)
            try:
                with ctx.http.passage, guarded("read_notice", allowed=ExchangeError):
                    notice = await connection.strategy.read_notice(request, ctx)
            except ProviderTokenRejected as exc:  # of a check that logins have as well
                raise InvalidNotice(f"{exc.reason}: {exc.detail}" if exc.detail else exc.reason) from None
            except _STRATEGYS as exc:
                raise exc from None
            except ExchangeError as exc:
                raise PluginFailed(f"read_notice raised {type(exc).__name__}, which is not a strategy's") from None
        if not isinstance(notice, Notice):
            raise PluginFailed(f"read_notice returned {type(notice).__name__}")
        return notice

    async def _carry_out(self, connection: Connection, notice: Notice) -> Received:
        kinds = tuple(event.kind for event in notice.events)
        delivery = None
        if notice.id is not None and notice.events:
            expires_at = int(self._providers.clock()) + notice.replayable_s
            claiming = claim(self._storage, connection=connection.name, notice_id=notice.id, expires_at=expires_at)
            # To the end, also where the sender has left: half a claim would let the next replay through.
            delivery = await noted(claiming, lambda _: None)
            if delivery is None:
                return Received(answer=notice.answer, told=(), kinds=kinds, is_replay=True)
        for event in notice.events:  # first: who logs in from now on is asked about
            if event.user_id is not None:
                self._providers.verifications.outdate(connection, event.user_id)
        told = [await self._effects.carry_out(connection, event) for event in notice.events]
        for one in told:
            await self._hooks.provider_notice(one, self._tell_of)
        if delivery is not None:
            await delivery.done()
        return Received(answer=notice.answer, told=tuple(told), kinds=kinds, is_replay=False)

    def _tell_of(self, plugin: str, place: str) -> None:
        self._reporter.emit(operations.observer_failed(plugin, place))


def _require_ours(notice: Notice, accepted: AbstractSet[str]) -> None:
    """Pass where a notice names us among its receivers. Source: RFC 7519 section 4.1.3."""
    if accepted.isdisjoint(notice.audience):
        raise InvalidNotice("the notice is for another app")
