"""Secret, code and token stand in URLs, and nowhere else: in no log line, event or error.

The conformance suite looks for the code and the secret after its samples and failures; here it is every refusal, every
failure that quotes the URL, and the token as well.
"""

import dataclasses
import io
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from accredit import Identity, hookimpl
from accredit.audit.events import AnyEvent
from accredit.errors import ExchangeError
from accredit_wechat.refusals import EXCHANGE_ERRORS, USERINFO_ERRORS
from accredit_wechat.simulator import WeChatSimulator

Verify = Callable[..., Awaitable[Identity]]
SECRET = "k3ptAsASecretOf32HexDigits0123abc"
CODE = "sim-good-ada.1234567"


class Observer:
    """Keeps what events show of themselves."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    @hookimpl
    def observe(self, event: AnyEvent) -> None:
        self.shown += [repr(event), str(dataclasses.asdict(event))]


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that any logger of the process writes, at any level."""
    stream, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(stream), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(autouse=True)
def known_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accredit_wechat.simulator.APP_SECRET", SECRET)


def quoting(failure: type[Exception]) -> Exception:
    """Return a failure whose words quote the whole URL, as HTTP clients do."""
    return failure(f"GET https://api.weixin.qq.com/sns/oauth2/access_token?secret={SECRET}&code={CODE}")


FAILURES: list[tuple[str, dict[str, Any]]] = [
    ("accepted", {}),
    *((f"exchange-{code}", {"exchanged": (200, {"errcode": code, "errmsg": CODE})}) for code in EXCHANGE_ERRORS),
    *((f"userinfo-{code}", {"user": (200, {"errcode": code, "errmsg": CODE})}) for code in USERINFO_ERRORS),
    ("unlisted", {"exchanged": (200, {"errcode": 1, "errmsg": f"{SECRET} {CODE}"})}),
    ("html", {"exchanged": (502, f"<html>{SECRET} {CODE}</html>".encode())}),
    ("redirect", {"exchanged": (302, b"")}),
    ("no-token", {"exchanged": {"access_token": f"{SECRET} {CODE}"}}),
    ("other-user", {"user": {"openid": "oOther"}}),
    *(
        (f"{call}-{failure.__name__}", {call: quoting(failure)})
        for call in ("exchanged", "user")
        for failure in (httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, RuntimeError, ValueError)
    ),
    ("wrong-app", {"app_id": "wx0000000000000000"}),
]


@pytest.mark.threat(33, 37)
@pytest.mark.parametrize("failure", [one for _, one in FAILURES], ids=[name for name, _ in FAILURES])
async def test_secret_code_and_token_are_in_no_log_event_or_error(
    verify: Verify,
    simulator: WeChatSimulator,
    requests: list[httpx.Request],
    logged: io.StringIO,
    failure: dict[str, Any],
) -> None:
    observer = Observer()
    told: list[str] = []
    try:
        told.append(repr(await verify(CODE, plugins=(observer,), **failure)))
    except ExchangeError as error:
        told += [repr(error), str(error), error.detail, *traceback.format_exception(error)]
    sent = [dict(parse_qsl(one.url.query.decode())) for one in requests]
    assert (sent[0]["secret"], sent[0]["code"]) == (SECRET, CODE)  # else there would be nothing to find
    tokens = {one["access_token"] for one in sent[1:]}
    assert observer.shown
    assert "wechat" in logged.getvalue()
    everything = "\n".join([*told, *observer.shown, logged.getvalue()])
    for secret in (SECRET, CODE, *tokens):
        assert secret not in everything
