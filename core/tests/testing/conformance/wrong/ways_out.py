"""Ways to the outside that are not the context's."""

import asyncio
import os
import socket
import sqlite3
import subprocess
import syslog
import tempfile
import threading
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from core.tests.testing.conformance.good import Good
from core.tests.testing.conformance.inspected import Inspected
from core.tests.testing.conformance.wrong import fails

from accredit.credentials import Credential
from accredit.errors import ProviderUnavailable
from accredit.provider.transport.messages import Request, address_of
from accredit.strategy import ProviderResponse, VerifyContext

NOWHERE = "http://127.0.0.1:1/"


class Busy(Good):
    """Does something on the side of every login."""

    def do(self, token: Credential) -> None:
        raise NotImplementedError

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        self.do(token)
        return await super().ask(token, ctx)


@fails("only_declared_hosts_are_called", "the_context_is_the_only_way_out")
class PhonesHome(Busy):
    """Opens a connection of its own."""

    def do(self, token: Credential) -> None:
        with socket.socket() as phone:
            phone.connect_ex(("127.0.0.1", 1))


@fails("the_context_is_the_only_way_out")
class SendsADatagram(Busy):
    """Metrics by UDP, with the token as a label."""

    def do(self, token: Credential) -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as phone:
            phone.sendto(token.reveal().encode(), ("127.0.0.1", 9))


@fails("the_context_is_the_only_way_out")
class ResolvesNames(Busy):
    """A token can leave as a part of a name that is looked up."""

    def do(self, token: Credential) -> None:
        socket.getaddrinfo("127.0.0.1", 80)


@fails("the_context_is_the_only_way_out", "nothing_runs_on_after_a_login")
class SendsFromAThread(Busy):
    """What a strategy's thread does is done by the strategy."""

    def do(self, token: Credential) -> None:
        def send() -> None:
            with socket.socket() as phone:
                phone.settimeout(2)  # longer than a login takes on a busy machine
                phone.bind(("127.0.0.1", 0))
                with suppress(OSError):
                    phone.recv(1)

        threading.Thread(target=send, daemon=True).start()


@fails("the_context_is_the_only_way_out")
class SendsFromTheLoopsThreads(Good):
    """`asyncio.to_thread` is a thread, too."""

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        with suppress(OSError):
            await asyncio.to_thread(urllib.request.urlopen, NOWHERE, timeout=1)
        return await super().ask(token, ctx)


@fails("the_context_is_the_only_way_out")
class RunsAProgram(Busy):
    """A program's arguments are everybody's to read."""

    def do(self, token: Credential) -> None:
        subprocess.run(["true"], check=False)  # noqa: S607 - whichever it is


@fails("the_context_is_the_only_way_out", "no_piece_of_a_secret_is_left_behind")
class AsksAShell(Busy):
    """Whatever a shell prints stands in somebody's log."""

    def do(self, token: Credential) -> None:
        subprocess.run(["echo", token.reveal()], check=False)  # noqa: S603, S607 - what an author must not do


@fails("the_context_is_the_only_way_out")
class WritesAFile(Busy):
    """A token in a file outlives the login."""

    def do(self, token: Credential) -> None:
        place = Path(tempfile.gettempdir()) / f"kit-wrong-{os.getpid()}"
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(descriptor, token.reveal().encode())
        os.close(descriptor)
        place.unlink()


@fails("the_context_is_the_only_way_out")
class ReadsAFileEachTime(Busy):
    """A login waits for no disk."""

    def do(self, token: Credential) -> None:
        Path("/dev/null").read_text()


@fails("the_context_is_the_only_way_out")
class ChangesTheEnvironment(Busy):
    """Child processes and crash reports show it."""

    def do(self, token: Credential) -> None:
        os.environ["KIT_WRONG"] = token.reveal()
        del os.environ["KIT_WRONG"]


@fails("the_context_is_the_only_way_out")
class KeepsADatabase(Busy):
    """A cache of tokens in SQLite."""

    def do(self, token: Credential) -> None:
        sqlite3.connect(":memory:").close()


@fails("the_context_is_the_only_way_out")
class TellsTheSystemsLog(Busy):
    """The system's log is a log as well."""

    def do(self, token: Credential) -> None:
        syslog.openlog("kit-wrong")


class OfItsOwn(Good):
    """Has another way where the context's fails."""

    async def another(self, token: Credential) -> None:
        raise NotImplementedError

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().ask(token, ctx)
        except ProviderUnavailable:
            await self.another(token)
            raise


@fails("no_failure_opens_another_way")
class FollowsRedirectsByItself(OfItsOwn):
    """A client of its own that follows a redirect takes the token wherever it leads."""

    async def another(self, token: Credential) -> None:
        headers = {"Authorization": f"Bearer {token.reveal()}"}
        async with httpx.AsyncClient(follow_redirects=True, trust_env=False, timeout=1) as client:
            with suppress(httpx.HTTPError):
                await client.get(NOWHERE, headers=headers)


@fails("no_failure_opens_another_way")
class FollowsRedirectsAlone(Inspected):
    """The same, where the answer is a redirect and nothing else is the matter."""

    async def profile(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().profile(token, ctx)
        except ProviderUnavailable as exc:
            if "redirect" in exc.detail:
                with socket.socket() as phone:
                    phone.connect_ex(("127.0.0.1", 1))
            raise


@fails("no_failure_opens_another_way")
class DumpsTheAnswer(Good):
    """A file for whoever looks into it one day."""

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        try:
            return super().read(response)
        except ProviderUnavailable:
            with tempfile.TemporaryFile() as dump:
                dump.write(response.body)
            raise


@fails("only_declared_hosts_are_called")
class CallsAnotherHost(Good):
    """Telemetry, through the context, to a host that no setting names."""

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        await ctx.http.get("https://telemetry.example/")
        return await super().ask(token, ctx)


@fails("only_declared_hosts_are_called", "nothing_in_the_request_moves_a_call_or_a_check")
class BringsItsOwnTransport(Good):
    """Telemetry past the context's checks, by its private parts."""

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        await ctx.http._send_request(_request("https://telemetry.example/"))
        return await super().ask(token, ctx)


@fails("every_call_is_in_the_audit_event")
class CallsPastTheRecord(Good):
    """A call to a declared host that the audit event does not know of."""

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        await ctx.http._send_request(_request(self.settings.jwks_url))
        return await super().ask(token, ctx)


def _request(url: str) -> Request:
    address = address_of(httpx.URL(url))
    return Request("GET", address, "", [("host", address.authority)])
