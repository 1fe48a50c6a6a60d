"""Can the providers be reached from here, and what time is it there? One GET of each host's root."""

import asyncio
import email.utils
import socket
import ssl
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from accredit.cli.checkup.finding import Examiner, Finding
from accredit.errors import ConfigurationError
from accredit.provider.http import Transport
from accredit.provider.transport import PROXY, proxy_for
from accredit.provider.transport.causes import causes, lacks_descriptors

CLOCK_WARN_S = 30
CLOCK_FAIL_S = 300
CORRECT_PROXY = "correct the variable, or the setting proxy"
"""What to change where no way to the providers is known."""

_reach_examiner = Examiner("provider")
_clock_examiner = Examiner("clock")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one host said. `ahead_s` is how far our clock is ahead of its own, None where it tells no time."""

    finding: Finding
    ahead_s: float | None = None


async def ask_providers(
    ways: Iterable[tuple[str, SecretStr]], transport: Transport, *, timeout_s: float, clock: Callable[[], float]
) -> list[Answer]:
    """Ask the host of each URL, all at once; any answer will do. `clock` returns epoch seconds.

    Beside each URL stands the setting `proxy` of its connection.
    """
    hosts = dict.fromkeys((urlsplit(url)._replace(path="").geturl(), proxy) for url, proxy in ways)
    return list(await asyncio.gather(*(_ask(host, proxy, transport, timeout_s, clock) for host, proxy in hosts)))


def not_asked() -> Finding:
    """Return what is to be said instead of asking, where the settings as a whole are not good."""
    what = "not asked: without good settings the proxy is not known, and no call goes past it"
    return _reach_examiner.warn("all hosts", what, "mend the settings, then run this again")


def examine_clock(answers: Iterable[Answer]) -> Finding:
    """Compare our clock with the providers' own: the middle one, so that a single wrong one does not matter."""
    known = [answer.ahead_s for answer in answers if answer.ahead_s is not None]
    if not known:
        change = "compare this machine's clock with another one"
        return _clock_examiner.warn("this machine", "cannot be compared: no provider told the time", change)
    ahead_s = statistics.median(known)
    what = f"is {abs(ahead_s):.0f} s {'ahead of' if ahead_s > 0 else 'behind'} the providers'"
    change = "synchronize it (NTP): the times in ID tokens and in X's signatures are checked against it"
    if abs(ahead_s) > CLOCK_FAIL_S:
        return _clock_examiner.fail("this machine", what, change)
    if abs(ahead_s) > CLOCK_WARN_S:
        return _clock_examiner.warn("this machine", what, change)
    return _clock_examiner.ok("this machine", f"agrees with the providers', to {CLOCK_WARN_S} s")


async def _ask(
    host: str, proxy: SecretStr, transport: Transport, timeout_s: float, clock: Callable[[], float]
) -> Answer:
    headers = {"User-Agent": "accredit", "Accept-Encoding": "identity"}
    request = httpx.Request("GET", f"{host}/", headers=headers, extensions={PROXY: proxy})
    begun, sent_at = time.perf_counter(), clock()
    try:
        through = _through(host, proxy)
        async with asyncio.timeout(timeout_s):
            response = await transport.handle_async_request(request)
            await response.aclose()  # the head is enough, and the body may be of any size
    except ConfigurationError as exc:
        return Answer(_reach_examiner.fail(host, str(exc), CORRECT_PROXY))
    except Exception as exc:  # reaching out may fail in any way, and each is a finding
        what, change = _cause(exc, timeout_s)
        return Answer(_reach_examiner.fail(host, what + through, change))
    took_ms = (time.perf_counter() - begun) * 1000
    ahead_s = _ahead(response, (sent_at + clock()) / 2)
    if response.status_code >= 500:
        what = f"answers status {response.status_code}{through}"
        return Answer(_reach_examiner.warn(host, what, "none here, if the provider's status page agrees"), ahead_s)
    return Answer(_reach_examiner.ok(host, f"can be reached, in {took_ms:.0f} ms{through}"), ahead_s)


def _through(host: str, proxy: SecretStr) -> str:
    """Name the proxy on the way, without its credentials; nothing where there is none."""
    url = proxy_for(host, proxy)
    return "" if url is None else f" (through the proxy {urlsplit(url.get_secret_value()).netloc.rpartition('@')[2]})"


def _ahead(response: httpx.Response, now: float) -> float | None:
    if "age" in response.headers:  # a cache answered, with the time of then
        return None
    try:
        told = email.utils.parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return None
    return now - told.timestamp()


def _cause(exc: BaseException, timeout_s: float) -> tuple[str, str]:
    """Say why a host cannot be reached, and what to look at: by the innermost error that tells."""
    if lacks_descriptors(exc):
        return "this process has no file descriptor left", "raise the limit of open files (ulimit -n)"
    if isinstance(exc, httpx.ProxyError):
        return "the proxy refuses", "check the setting proxy, its password, and what the proxy lets through"
    for one in causes(exc):
        if isinstance(one, ssl.SSLCertVerificationError):
            return "its certificate is not trusted", "check this machine's CA certificates (SSL_CERT_FILE), and proxies"
        if isinstance(one, ssl.SSLError):
            return "it does not speak TLS there", "check scheme and port of the URL, and proxies"
        if isinstance(one, socket.gaierror):
            return "its name does not resolve", "check the URL, and this machine's DNS"
        if isinstance(one, ConnectionRefusedError):
            return "it refuses connections", "check the port of the URL, and the firewall"
        if isinstance(one, TimeoutError):
            return f"no answer in {timeout_s:g} s", "check the firewall for outgoing connections"
    return f"cannot be reached: {type(exc).__name__}", "check the URL, and this machine's network"
