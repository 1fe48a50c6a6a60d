"""The unlink webhook: believed by the admin key alone, for our app alone."""

import json
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from accredit import Exchange, Settings, create_app
from accredit.errors import InvalidNotice
from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey
from accredit.notices import Notice, NoticeRequest
from accredit_kakao.notices import read_unlinking

NOW = 1_800_000_000
KEY = "84a4dd8140318d6ebf0a918273645560"
SAID = {"app_id": "912345", "user_id": "1000000000000001", "referrer_type": "UNLINK_FROM_APPS"}
AUTHORIZATION = f"KakaoAK {KEY}"


def read(
    said: Any = SAID, *, way: str = "form", authorization: str | None = AUTHORIZATION, media_type: str | None = None
) -> Notice:
    types = {"form": "application/x-www-form-urlencoded;charset=utf-8", "json": "application/json;charset=UTF-8"}
    headers = {"Content-Type": media_type or types.get(way, "")}
    if authorization is not None:
        headers["Authorization"] = authorization
    body = {"form": urlencode(said), "json": json.dumps(said)}.get(way, "").encode()
    request = NoticeRequest.of(
        method="GET" if way == "get" else "POST",
        query="" if body else urlencode(said),
        headers=headers,
        body=body,
    )
    return read_unlinking(request, admin_key=KEY)


@pytest.mark.parametrize("way", ["form", "json", "get", "post"])
def test_a_user_who_left_is_told_whichever_way_it_is_sent(way: str) -> None:
    notice = read(way=way)
    (event,) = notice.events
    assert (event.kind, event.user_id, event.facts) == (
        "consent_revoked",
        "1000000000000001",
        {"reason": "UNLINK_FROM_APPS"},
    )
    assert (notice.audience, notice.answer.status, notice.answer.body) == (("912345",), 200, "")


def test_who_comes_back_can_leave_again() -> None:
    assert read().id is None


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("ACCOUNT_DELETE", "account_deleted"),
        ("FORCED_ACCOUNT_DELETE", "account_deleted"),
        ("UNLINK_FROM_ADMIN", "consent_revoked"),
        ("UNLINK_FROM_APPS", "consent_revoked"),
        ("INCOMPLETE_SIGN_UP", "consent_revoked"),
        ("SOMETHING_NEW", "consent_revoked"),
    ],
)
def test_why_says_what_has_happened(reason: str, kind: str) -> None:
    assert read({**SAID, "referrer_type": reason}).events[0].kind == kind


def test_json_may_hold_numbers() -> None:
    notice = read({**SAID, "app_id": 912_345, "user_id": 1_000_000_000_000_001}, way="json")
    assert (notice.audience, notice.events[0].user_id) == (("912345",), "1000000000000001")


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        KEY,
        f"KakaoAK {KEY} ",
        f"KakaoAK  {KEY}",
        f"kakaoak {KEY}",
        f"Bearer {KEY}",
        f"KakaoAK {KEY[:-1]}",
        f"KakaoAK {KEY}0",
        f"KakaoAK {KEY.upper()}",
        "KakaoAK ",
        "KakaoAK \u00e9",
        "KakaoAK \udce9",
    ],
    ids=repr,
)
@pytest.mark.parametrize("way", ["form", "get"])
def test_without_the_admin_key_nothing_is_believed(authorization: str | None, way: str) -> None:
    with pytest.raises(InvalidNotice, match="admin key"):
        read(authorization=authorization, way=way)


def test_the_admin_key_counts_in_the_header_alone() -> None:
    with pytest.raises(InvalidNotice, match="admin key"):
        read({**SAID, "Authorization": AUTHORIZATION}, way="get", authorization=None)


@pytest.mark.parametrize("name", ["app_id", "user_id", "referrer_type"])
@pytest.mark.parametrize("value", [None, "", "a b", "0", "-1", "01", 1.5, True, [1]], ids=repr)
def test_what_is_no_id_or_no_word_is_refused(name: str, value: Any) -> None:
    for said in ({**SAID, name: value}, {one: other for one, other in SAID.items() if one != name}):
        with pytest.raises(InvalidNotice):
            read(said, way="json")


def test_what_is_no_form_and_no_json_is_refused() -> None:
    for way, media_type in (("form", "application/json"), ("json", "text/plain")):
        with pytest.raises(InvalidNotice):
            read(way=way, media_type=media_type)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("changes", "authorization", "settings", "status"),
    [
        ({}, AUTHORIZATION, {}, 200),
        ({"user_id": "404"}, AUTHORIZATION, {}, 200),
        ({"app_id": "9123450"}, AUTHORIZATION, {}, 400),
        ({}, f"KakaoAK {KEY}0", {}, 400),
        ({}, "KakaoAK None", {"admin_key": None}, 400),
    ],
    ids=["ours", "unknown user", "another app", "another key", "no key of ours"],
)
async def test_over_http_it_is_answered_as_kakao_wants_it(
    method: str, changes: dict[str, str], authorization: str, settings: dict[str, Any], status: int
) -> None:
    table = {"app_id": "912345", "app_keys": ["a"], "admin_key": KEY, **settings}
    ours: dict[str, Any] = {"issuer": "https://login.example.com/", "connections": {"kakao": table}}
    ours["storage"] = {"url": "memory://"}
    keys = SigningKeys([SigningKey.generate("ES256")])
    exchange = Exchange(Settings.model_validate(ours), clock=lambda: NOW, keys=keys)
    transport = httpx.ASGITransport(app=create_app(exchange))
    said, headers = {**SAID, **changes}, {"Authorization": authorization}
    async with exchange, httpx.AsyncClient(transport=transport, base_url="https://login.example.com") as client:
        where: dict[str, Any] = {"params": said} if method == "GET" else {"data": said}
        answer = await client.request(method, "/notices/kakao", headers=headers, **where)
        assert answer.status_code == status
