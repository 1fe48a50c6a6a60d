"""`POST|GET /notices/<connection>`: a provider tells us of its own accord. And what a person reads about a deletion."""

from typing import Literal

from accredit.errors import MalformedBody
from accredit.exchange.notices import Notices
from accredit.notices import MOST_BODY_BYTES, MOST_QUERY, NoticeRequest
from accredit.oauth.wire.answer import NO_STORE, Answer, nothing_here
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.record import Record

_PLAIN = {**NO_STORE, "x-content-type-options": "nosniff"}
_STATUS = b"Your request was received, and has been passed on. No data is shown here.\n"
"""The same for everybody: a code says nothing, and neither does what is read with it."""
_ERASED = b"Your request was received, and was carried out when it came. No data is shown here.\n"


class NoticeEndpoint:
    """Take the notices of connections whose strategies read them; all others are not there."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    async def __call__(self, call: Call, record: Record) -> Answer:
        """Answer one call.

        Raises:
            InvalidNotice: it is forged, malformed, or for another app.
            MalformedBody: it is too large or too slow.
            ExchangeError: it cannot be carried out now; the provider is to send it again.
        """
        connection = self._notices.connections.get(call.parts.get("connection", ""))
        if connection is None:
            record.is_told = True  # as any other path at which there is nothing
            return nothing_here(headers=NO_STORE)
        record.connection = connection.name
        await record.attempt.admit("", purpose=f"notices {connection.name}")
        body = await call.read() if call.method == "POST" else b""
        if len(body) > MOST_BODY_BYTES or len(call.query) > MOST_QUERY:
            raise MalformedBody("the notice is too large")
        method: Literal["GET", "POST"] = "POST" if call.method == "POST" else "GET"
        received = await self._notices.receive(
            connection,
            NoticeRequest(
                method=method,
                url=self._notices.url_of(connection),
                query=call.query,
                header=call.header,
                body=body,
            ),
        )
        record.more = {"kinds": received.kinds, "is_replay": received.is_replay}
        if not any("erase" in one.effects for one in received.told):  # who is erased is not named again
            record.subject = next((one.subject for one in received.told if one.subject), None)
        record.status = received.answer.status
        headers = _PLAIN
        if received.answer.content_type:
            headers = {**_PLAIN, "content-type": received.answer.content_type}
        return Answer(received.answer.status, headers, received.answer.body.encode())


class NoticeStatus:
    """Say to a person that a request to delete data has come; who has no code of ours finds nothing."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    async def __call__(self, call: Call, _: Record) -> Answer:
        """Answer one call. Nothing is looked up, and it leaves no event."""
        connection = self._notices.connections.get(call.parts.get("connection", ""))
        code = call.parts.get("code", "")
        if connection is None or len(code) > 256 or not self._notices.confirms(connection, code):
            return nothing_here(headers=NO_STORE)
        body = _ERASED if "erase" in connection.settings.notice_effects else _STATUS
        return Answer(200, {**_PLAIN, "content-type": "text/plain"}, body)
