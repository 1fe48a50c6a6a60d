"""The wire for frameworks that have no event loop: a path and a request in, an answer out."""

from collections.abc import Callable, Mapping

from accredit._caller import run_in_caller
from accredit.audit import operations
from accredit.errors import Abandoned, MalformedBody
from accredit.exchange.exchange import Exchange
from accredit.oauth.endpoints import discovery_of, responders
from accredit.oauth.wire.answer import Answer, nothing_here
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.endpoint import Respond
from accredit.oauth.wire.failures import answer_to
from accredit.oauth.wire.methods import Document
from accredit.oauth.wire.mount import MountCheck, metadata_path
from accredit.oauth.wire.paths import find_path


class Wire:
    """The endpoints of one exchange, by their paths, and what stands at the root of the host."""

    def __init__(self, exchange: Exchange) -> None:
        self._settings, self._reporter = exchange.settings, exchange.engine.reporter
        self._responders: dict[str, Respond] = {
            **responders(exchange),
            metadata_path(self._settings.issuer): Document(discovery_of(exchange).configuration),
        }
        self._caller_address = exchange.engine.caller_address
        self._check_mount = MountCheck(issuer=self._settings.issuer, report=self._report_mismatch)

    async def answer(
        self,
        path: str,
        *,
        method: str,
        header: Callable[[str], str],
        body: Callable[[], bytes],
        mount: str | None,
        peer: str,
        query: str,
    ) -> Answer:
        """Answer one request."""
        if mount is not None:
            self._check_mount(mount)
        parts: Mapping[str, str] = {}
        respond = self._responders.get(path)
        if respond is None and (found := find_path(self._responders, path)) is not None:
            respond, parts = self._responders[found[0]], found[1]
        if respond is None:
            return nothing_here()

        async def read() -> bytes:
            return await self._read(header, body)

        try:
            address = self._caller_address(peer, lambda: [header("x-forwarded-for")])
            return await respond(
                Call(method=method, header=header, read=read, address=address, parts=parts, query=query)
            )
        except Exception as exc:
            return self.failed(exc)

    def failed(self, exc: Exception) -> Answer:
        """Tell operators of an error, and return what the caller gets."""
        return answer_to(exc, reporter=self._reporter, compatibility=self._settings.compatibility)

    async def _read(self, header: Callable[[str], str], body: Callable[[], bytes]) -> bytes:
        most = self._settings.limits.max_body_bytes
        stated = header("content-length")
        if stated.isdecimal() and int(stated[:20]) > most:  # before anything of it is read
            raise MalformedBody("body is too large")
        try:
            read = await run_in_caller(body)
        except OSError:
            raise Abandoned("the client went away") from None
        if len(read) > most:
            raise MalformedBody("body is too large")
        return read

    def _report_mismatch(self, mount: str, advice: str) -> None:
        self._reporter.emit(operations.issuer_mismatch(self._settings.issuer, mount, advice))
