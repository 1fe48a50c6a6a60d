"""The disconnect callback: believed by its signature alone, and for a day."""

import base64
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from accredit import Exchange, Settings, create_app
from accredit.errors import InvalidNotice
from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey
from accredit.notices import Notice, NoticeRequest
from accredit.testing import person
from accredit_naver.notices import notice_key, read_disconnection, signed
from accredit_naver.simulator.notices import parameters
from accredit_naver.simulator.tokens import CLIENT_ID, CLIENT_SECRET, FOREIGN_ID, FOREIGN_SECRET, user_id

NOW = 1_800_000_000
ADA = user_id(person("ada"))
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def read(said: dict[str, str], *, method: Any = "POST", query: bool = False, secret: str = CLIENT_SECRET) -> Notice:
    text = urlencode(said)
    request = NoticeRequest.of(
        method=method, query=text if query else "", headers=FORM, body=b"" if query else text.encode()
    )
    return read_disconnection(request, secret=secret, now=NOW)


def resigned(**changes: str) -> dict[str, str]:
    """Return changed parameters with the signature that belongs to them: what only Naver could have sent."""
    said = {**parameters(ADA, NOW), **changes}
    return {**said, "signature": signed(said, notice_key(CLIENT_SECRET))}


@pytest.mark.parametrize("query", [False, True], ids=["form", "query"])
def test_a_user_who_left_is_told(query: bool) -> None:
    notice = read(said := parameters(ADA, NOW), query=query)
    (event,) = notice.events
    assert (event.kind, event.user_id, event.facts) == ("consent_revoked", ADA, {})
    assert (notice.audience, notice.answer.status, notice.answer.body) == ((CLIENT_ID,), 204, "")
    assert notice.id == said["signature"]


def test_a_call_that_naver_might_have_made_is_read() -> None:
    """Made once by OpenSSL's commands, so that no code of ours stands on both sides."""
    said = {
        "clientId": "jyvqXeaVOVmV",
        "encryptUniqueId": "AAECAwQFBgcICQoLDA0OD1FTsHYoeMTWKprM4NUN4ZI",
        "timestamp": "1800000000",
        "signature": "YxwH5wtV3EKvXuNVrpKYTpO2RU4Ba_--BBjTRKQWkBQ",
    }
    notice = read(said, secret="527300A0_COq1_XV33cf")
    assert (notice.audience, notice.events[0].user_id) == (("jyvqXeaVOVmV",), "32742776")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clientId", FOREIGN_ID),
        ("clientId", CLIENT_ID.swapcase()),
        ("encryptUniqueId", parameters(user_id(person("grace")), NOW)["encryptUniqueId"]),
        ("timestamp", str(NOW + 1)),
        ("timestamp", f"0{NOW}"),
        ("signature", ""),
        ("signature", "A" * 43),
        ("signature", "é"),
    ],
    ids=["client", "case", "user", "time", "another spelling", "empty", "another", "no ASCII"],
)
def test_what_was_changed_or_is_not_signed_is_not_believed(name: str, value: str) -> None:
    said = parameters(ADA, NOW)
    for changed in ({**said, name: value}, {one: other for one, other in said.items() if one != name}):
        with pytest.raises(InvalidNotice, match="wrong signature"):
            read(changed)


@pytest.mark.parametrize("change", [str.lower, lambda one: one + "=", lambda one: one[:-1], lambda one: one + "A"])
def test_a_signature_has_one_spelling(change: Any) -> None:
    said = parameters(ADA, NOW)
    with pytest.raises(InvalidNotice, match="wrong signature"):
        read({**said, "signature": change(said["signature"])})


def test_a_part_that_is_moved_to_another_parameter_is_not_believed_as_such() -> None:
    """The text that is signed would be the same."""
    said = parameters(ADA, NOW)
    moved = {
        "clientId": f"{CLIENT_ID}&encryptUniqueId={said['encryptUniqueId']}",
        "encryptUniqueId": "",
        "timestamp": said["timestamp"],
        "signature": said["signature"],
    }
    for wrong in (moved, {**said, "timestamp": "", "encryptUniqueId": f"{said['encryptUniqueId']}&timestamp={NOW}"}):
        with pytest.raises(InvalidNotice):
            read(wrong)


def test_another_secret_signs_for_another_app() -> None:
    with pytest.raises(InvalidNotice, match="wrong signature"):
        read(parameters(ADA, NOW, client_id=CLIENT_ID, secret=FOREIGN_SECRET))


@pytest.mark.parametrize("away_s", [-86_400, 300])
def test_a_notice_is_believed_for_a_day_and_its_id_is_remembered_as_long(away_s: int) -> None:
    notice = read(parameters(ADA, NOW + away_s))
    assert notice.replayable_s >= 86_400 + 300
    with pytest.raises(InvalidNotice, match="too old, or no time"):
        read(parameters(ADA, NOW + away_s + (1 if away_s > 0 else -1)))


@pytest.mark.parametrize("timestamp", ["", "-1", "0", "1e9", f"{NOW}.0", f" {NOW}", f"{NOW}000", "9" * 5000, "٣"])
def test_a_timestamp_is_a_number_of_seconds(timestamp: str) -> None:
    with pytest.raises(InvalidNotice, match="too old, or no time"):
        read(resigned(timestamp=timestamp))


def _encrypted(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(
    "encrypted",
    [
        "",
        "a",
        "é",
        "a b",
        "=" * 64,
        _encrypted(b""),
        _encrypted(b"x" * 15),
        _encrypted(b"x" * 16),
        _encrypted(b"x" * 31),
        _encrypted(b"x" * 32),
        "A" * 513,
        parameters("", NOW)["encryptUniqueId"],
        parameters("a|b", NOW)["encryptUniqueId"],
        parameters("a b", NOW)["encryptUniqueId"],
        parameters("x" * 129, NOW)["encryptUniqueId"],
        parameters(ADA, NOW, secret=FOREIGN_SECRET)["encryptUniqueId"],
    ],
    ids=[
        *("empty", "one letter", "no ASCII", "blank", "padding", "nothing", "short", "no block", "a part of one"),
        *("bad padding", "huge", "nobody", "bar", "two words", "long id", "another key"),
    ],
)
def test_what_cannot_be_decrypted_or_is_no_id_is_refused(encrypted: str) -> None:
    assert read(resigned()).events[0].user_id == ADA
    with pytest.raises(InvalidNotice, match="encryptUniqueId"):
        read(resigned(encryptUniqueId=encrypted))


def test_it_is_posted_as_a_form_with_each_parameter_once() -> None:
    said = parameters(ADA, NOW)
    with pytest.raises(InvalidNotice, match="POST"):
        read(said, method="GET", query=True)
    twice = f"{urlencode(said)}&clientId={CLIENT_ID}"
    for body in (twice.encode(), b"{}", b"\xff=\xff", b""):
        with pytest.raises(InvalidNotice):
            read_disconnection(NoticeRequest.of(headers=FORM, body=body), secret=CLIENT_SECRET, now=NOW)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (parameters(ADA, NOW), 204),
        (parameters("404", NOW), 204),
        (parameters(ADA, NOW, client_id=FOREIGN_ID), 400),
        (parameters(ADA, NOW, client_id=FOREIGN_ID, secret=FOREIGN_SECRET), 400),
        ({**parameters(ADA, NOW), "signature": ""}, 400),
    ],
    ids=["ours", "unknown user", "another app by our secret", "another app", "unsigned"],
)
async def test_over_http_it_is_answered_as_naver_wants_it(said: dict[str, str], status: int) -> None:
    table = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    ours: dict[str, Any] = {"issuer": "https://login.example.com/", "connections": {"naver": table}}
    ours["storage"] = {"url": "memory://"}
    keys = SigningKeys([SigningKey.generate("ES256")])
    exchange = Exchange(Settings.model_validate(ours), clock=lambda: NOW, keys=keys)
    transport = httpx.ASGITransport(app=create_app(exchange))
    async with exchange, httpx.AsyncClient(transport=transport, base_url="https://login.example.com") as client:
        for _ in range(2):  # Naver does not repeat it; a second one is answered as the first
            answer = await client.post("/notices/naver", data=said)
            assert (answer.status_code, answer.content == b"") == (status, status == 204)
