"""Signed requests: a user removes the app, or wants its data deleted."""

import base64
import hmac
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from accredit import Exchange, Settings, create_app
from accredit.errors import InvalidNotice, ProviderMisconfigured
from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey
from accredit.notices import Notice, NoticeRequest, confirmation_code, is_confirmation_code
from accredit_facebook.notices import read_signed_request
from accredit_facebook.settings import FacebookSettings
from accredit_facebook.simulator.app import APP_SECRET
from accredit_facebook.strategy import FacebookStrategy

NOW = 1_800_000_000
SECRET = b"0123456789abcdef0123456789abcdef"
APP_ID = "1234567890123456"
SAID = {"user_id": "10158888888888888", "algorithm": "HMAC-SHA256", "issued_at": NOW}


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def signed(said: Any, secret: bytes = SECRET) -> str:
    payload = encoded(json.dumps(said).encode())
    return f"{encoded(hmac.digest(secret, payload.encode(), 'sha256'))}.{payload}"


def read(signed_request: str, *, query: str = "", method: Any = "POST", secrets: Sequence[bytes] = (SECRET,)) -> Notice:
    body = urlencode({"signed_request": signed_request}).encode()
    request = NoticeRequest.of(method=method, url="https://login.example.com/notices/facebook", query=query, body=body)
    return read_signed_request(request, app_id=APP_ID, secrets=secrets, now=NOW)


def test_a_user_who_removes_the_app_is_told() -> None:
    notice = read(signed(SAID))
    assert [(one.kind, one.user_id) for one in notice.events] == [("consent_revoked", SAID["user_id"])]
    assert (notice.audience, notice.answer.status, notice.answer.body) == ((APP_ID,), 200, "")


def test_a_request_for_deletion_is_answered_with_a_code_and_its_address() -> None:
    notice = read(signed(SAID), query="for=deletion")
    answer = json.loads(notice.answer.body)
    code = answer["confirmation_code"]
    assert notice.events[0].kind == "data_deletion_requested"
    assert answer["url"] == f"https://login.example.com/notices/facebook/status/{code}"
    assert is_confirmation_code(SECRET, code)
    assert not is_confirmation_code(b"another", code)
    assert not is_confirmation_code(SECRET, code[:-1] + ("A" if code[-1] != "A" else "B"))
    assert read(signed(SAID), query="for=deletion").answer == notice.answer


def test_both_of_one_user_have_ids_of_their_own_and_a_padded_signature_has_the_same() -> None:
    signature, _, payload = signed(SAID).partition(".")
    ids = {read(signed(SAID)).id, read(f"{signature}=.{payload}").id}
    assert len(ids) == 1
    assert read(signed(SAID), query="for=deletion").id not in ids


@pytest.mark.parametrize("algorithm", ["HMAC-SHA256", "hmac-sha256"])
@pytest.mark.parametrize("issued_at", [NOW - 604_800, NOW + 300])
def test_the_bounds_are_inside(algorithm: str, issued_at: int) -> None:
    assert read(signed({**SAID, "algorithm": algorithm, "issued_at": issued_at})).events


@pytest.mark.parametrize(
    "changed",
    [
        {"algorithm": "none"},
        {"algorithm": None},
        {"code": "AQD"},
        {"oauth_token": "EAA"},
        {"user_id": 10158888888888888},
        {"user_id": "1|2"},
        {"user_id": None},
        {"issued_at": NOW - 604_801},
        {"issued_at": NOW + 301},
        {"issued_at": True},
        {"issued_at": str(NOW)},
    ],
    ids=repr,
)
def test_what_is_signed_must_be_a_notice(changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidNotice):
        read(signed({**SAID, **changed}))


@pytest.mark.parametrize(
    "value",
    [
        "",
        ".",
        "x",
        signed(SAID).partition(".")[2],
        signed(SAID)[:-1],
        signed(SAID)[1:],
        signed(SAID, b"the secret of another app"),
        f".{signed(SAID).partition('.')[2]}",
        f"é.{signed(SAID).partition('.')[2]}",
        signed([SAID]),
    ],
    ids=["empty", "dot", "text", "unsigned", "cut", "cut at the front", "another app", "bare", "letters", "a list"],
)
def test_a_forgery_is_refused(value: str) -> None:
    with pytest.raises(InvalidNotice):
        read(value)


@pytest.mark.parametrize("secret", [SECRET, b"the one before"])
def test_while_the_secret_is_changed_either_may_sign_and_todays_seals_the_answer(secret: bytes) -> None:
    notice = read(signed(SAID, secret), query="for=deletion", secrets=(SECRET, b"the one before"))
    assert is_confirmation_code(SECRET, json.loads(notice.answer.body)["confirmation_code"])
    with pytest.raises(InvalidNotice, match="wrong signature"):
        read(signed(SAID, secret), query="for=deletion", secrets=(b"the one after",))


@pytest.mark.parametrize(("before", "shows"), [({"previous_app_secret": "before"}, True), ({}, False)])
def test_address_of_a_deletion_goes_on_working_while_the_secret_is_changed(before: dict[str, str], shows: bool) -> None:
    settings = FacebookSettings.model_validate({"app_id": APP_ID, "app_secret": SECRET.decode(), **before})
    code = confirmation_code(b"before", "one")
    assert FacebookStrategy(settings).confirms(code) is shows
    assert FacebookStrategy(settings).confirms(confirmation_code(SECRET, "one"))
    assert "before" not in repr(settings.previous_app_secret)


async def test_previous_secret_is_for_notices_alone(verify: Any) -> None:
    assert (await verify("EAAsim-good-ada", previous_app_secret="another")).user_id
    with pytest.raises(ProviderMisconfigured):
        await verify("EAAsim-good-ada", app_secret="another", previous_app_secret=APP_SECRET)


def test_it_comes_by_post_to_one_of_two_addresses() -> None:
    with pytest.raises(InvalidNotice):
        read(signed(SAID), method="GET")
    with pytest.raises(InvalidNotice):
        read(signed(SAID), query="for=fun")


@pytest.mark.parametrize(
    ("secret", "more", "status"),
    [
        (SECRET, {}, 200),
        (b"another", {}, 400),
        (b"before", {"previous_app_secret": "before"}, 200),
        (b"another", {"previous_app_secret": "before"}, 400),
    ],
)
async def test_over_http_the_callback_is_answered_and_the_code_shows_a_page(
    secret: bytes, more: dict[str, str], status: int
) -> None:
    table = {"app_id": APP_ID, "app_secret": SECRET.decode(), **more}
    settings: dict[str, Any] = {"issuer": "https://login.example.com/", "connections": {"facebook": table}}
    settings["storage"] = {"url": "memory://"}
    exchange = Exchange(
        Settings.model_validate(settings), clock=lambda: NOW, keys=SigningKeys([SigningKey.generate("ES256")])
    )
    transport = httpx.ASGITransport(app=create_app(exchange))
    async with exchange, httpx.AsyncClient(transport=transport, base_url="https://login.example.com") as client:
        form = {"signed_request": signed(SAID, secret)}
        answer = await client.post("/notices/facebook?for=deletion", data=form)
        assert answer.status_code == status
        if status == 200:
            assert (await client.get(answer.json()["url"])).status_code == 200
            assert (await client.get(answer.json()["url"][:-1])).status_code == 404
