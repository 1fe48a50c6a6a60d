"""Sends what the buttons say: real HTTP to the sandbox's own server."""

import ssl
from collections.abc import Mapping
from contextlib import suppress

import httpx

from accredit.playground.recorder import TICKET, Recorder
from accredit.playground.recording import Sent

_TIMEOUT_S = 60


class Sender:
    """Sends requests to `url`, and finds them again among the recordings."""

    def __init__(self, url: str, recorder: Recorder) -> None:
        self._url = url
        self._recorder = recorder
        # Trusts nobody, and so need not load whom others trust for each request: that takes longer than a login.
        self._no_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    async def post(self, path: str, body: Mapping[str, str], sent: Sent) -> int | None:
        """Post JSON, and return the number of the recording; None where there was no answer."""
        return await self._send("POST", path, sent, body=body)

    async def get(self, path: str, bearer: str, sent: Sent) -> int | None:
        """Get something with an access token of ours."""
        return await self._send("GET", path, sent, bearer=bearer)

    async def _send(
        self, method: str, path: str, sent: Sent, *, body: Mapping[str, str] | None = None, bearer: str = ""
    ) -> int | None:
        ticket = self._recorder.expect(sent)
        headers = {TICKET: ticket} | ({"authorization": f"Bearer {bearer}"} if bearer else {})
        async with httpx.AsyncClient(trust_env=False, timeout=_TIMEOUT_S, verify=self._no_tls) as http:
            with suppress(httpx.HTTPError):  # what has become of it is in the recording, if it has come
                content = None if body is None else dict(body)
                await http.request(method, f"{self._url}{path}", headers=headers, json=content)
        return self._recorder.number_of(ticket)
