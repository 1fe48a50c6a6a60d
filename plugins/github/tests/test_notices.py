"""Deliveries of a GitHub App's webhook: a user takes back the grant."""

from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from pydantic import SecretStr

from accredit import create_app, hookimpl
from accredit.errors import InvalidNotice
from accredit.notices import Notice, NoticeRequest, ProviderNotice
from accredit.testing import ACCEPTED, NoticeSample, exchange_for, person
from accredit_github.notices import read_delivery
from accredit_github.simulator import GitHubSimulator
from accredit_github.simulator.notices import DELIVERY_ID, WEBHOOK_SECRET, body_of, headers_of, ping, revoked
from accredit_github.simulator.tokens import CLIENT_ID

ADA = person("ada")
EVENT = "github_app_authorization"


class Host:
    """Keeps what hosts hear."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str | None]] = []

    @hookimpl
    async def provider_notice(self, notice: ProviderNotice) -> None:
        self.heard.append((notice.kind, notice.user_id))


def read(
    body: bytes,
    event: str = EVENT,
    *,
    method: Any = "POST",
    secret: str | None = WEBHOOK_SECRET,
    headers: dict[str, str] | None = None,
) -> Notice:
    given = {**headers_of(body, event), **(headers or {})}
    request = NoticeRequest.of(method=method, headers=given, body=body)
    return read_delivery(request, client_id=CLIENT_ID, secret=None if secret is None else SecretStr(secret))


def test_user_who_takes_back_the_grant_is_told() -> None:
    notice = read(body_of(revoked(ADA)))
    assert [(one.kind, one.user_id) for one in notice.events] == [("consent_revoked", str(ADA.number))]
    assert (notice.id, notice.audience, notice.answer.status) == (DELIVERY_ID, (CLIENT_ID,), 200)


def test_webhook_may_be_set_to_send_forms() -> None:
    body = urlencode({"payload": body_of(revoked(ADA)).decode()}).encode()
    assert read(body).events == read(body_of(revoked(ADA))).events


def test_signature_is_as_github_shows_it() -> None:
    body, signature = b"Hello, World!", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert headers_of(body, "x", secret="It's a Secret to Everybody")["X-Hub-Signature-256"] == f"sha256={signature}"
    with pytest.raises(InvalidNotice, match="no form"):  # past the signature
        read(body, secret="It's a Secret to Everybody", headers={"X-Hub-Signature-256": f"sha256={signature}"})


@pytest.mark.parametrize("common", ["installation", "organization", "enterprise"])
def test_what_any_event_may_tell_beside_is_no_matter(common: str) -> None:
    assert read(body_of({**revoked(ADA), common: {"id": 1}})).events


def test_ping_is_a_test() -> None:
    (event,) = read(body_of(ping()), "ping").events
    assert (event.kind, event.user_id) == ("test", None)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("push", {"ref": "refs/heads/main"}),
        ("installation", {"action": "deleted", "installation": {"id": 1}}),
        ("secret_scanning_alert", {**revoked(ADA), "alert": {}}),
        (EVENT, {**revoked(ADA), "action": "granted"}),
        (EVENT, {"sender": {"id": 1}}),
        ("", revoked(ADA)),
    ],
    ids=repr,
)
def test_what_is_none_of_our_business_is_answered_and_told_nobody(event: str, said: dict[str, Any]) -> None:
    notice = read(body_of(said), event)
    assert (notice.events, notice.answer.status) == ((), 200)


@pytest.mark.threat(8)
@pytest.mark.parametrize(
    "sender", [..., None, 5, [], {}, {"id": "1"}, {"id": 0}, {"id": -1}, {"id": True}, {"id": 1.0}]
)
def test_revocation_that_names_nobody_is_refused(sender: Any) -> None:
    with pytest.raises(InvalidNotice):
        read(body_of({"action": "revoked"} if sender is ... else {"action": "revoked", "sender": sender}))


@pytest.mark.threat(10)
@pytest.mark.parametrize("another", ["alert", "repository", "personal_access_token_request", "hook"])
def test_signed_body_of_another_event_passes_for_none(another: str) -> None:
    with pytest.raises(InvalidNotice, match="another event"):
        read(body_of({**revoked(ADA), another: {}}))


@pytest.mark.threat(6)
@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        headers_of(body_of(revoked(ADA)), EVENT, secret="another")["X-Hub-Signature-256"],
        headers_of(body_of(revoked(person("grace"))), EVENT)["X-Hub-Signature-256"],
        headers_of(body_of(revoked(ADA)), EVENT)["X-Hub-Signature-256"].removeprefix("sha256="),
        headers_of(body_of(revoked(ADA)), EVENT)["X-Hub-Signature-256"].upper(),
        headers_of(body_of(revoked(ADA)), EVENT)["X-Hub-Signature-256"][:-1],
        "sha256=é",
        "sha256=\udce9",
    ],
    ids=["none", "empty", "another secret", "another body", "bare", "capitals", "cut", "letters", "bytes"],
)
def test_forgery_is_refused(signature: str) -> None:
    with pytest.raises(InvalidNotice, match="wrong signature"):
        read(body_of(revoked(ADA)), headers={"X-Hub-Signature-256": signature})


@pytest.mark.threat(6)
def test_without_a_secret_nothing_is_believed() -> None:
    body = body_of(revoked(ADA))
    for signature in (headers_of(body, EVENT, secret="")["X-Hub-Signature-256"], ""):
        with pytest.raises(InvalidNotice, match="webhook_secret is not set"):
            read(body, secret=None, headers={"X-Hub-Signature-256": signature})


@pytest.mark.threat(10)
@pytest.mark.parametrize("delivery_id", ["", "a b", "é", "x" * 101])
def test_without_its_id_nobody_could_tell_a_repetition(delivery_id: str) -> None:
    with pytest.raises(InvalidNotice, match="X-GitHub-Delivery"):
        read(body_of(revoked(ADA)), headers={"X-GitHub-Delivery": delivery_id})


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff", b"null", b"payload=[]", b"payload=", b"payload={}&payload={}", b"other={}"]
)
def test_signed_body_that_is_no_payload_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidNotice):
        read(body)


def test_it_comes_by_post() -> None:
    with pytest.raises(InvalidNotice):
        read(body_of(revoked(ADA)), method="GET")


@pytest.mark.threat(10)
@pytest.mark.parametrize(
    ("connection", "status"),
    [({}, 200), ({"webhook_secret": "another"}, 400), ({"webhook_secret": None}, 400)],
    ids=["ours", "another secret", "no secret"],
)
async def test_over_http_each_delivery_is_carried_out_once(connection: dict[str, Any], status: int) -> None:
    body, host = body_of(revoked(ADA)), Host()
    left = ("consent_revoked", str(ADA.number))
    async with exchange_for(GitHubSimulator(), connection=connection, plugins=[host]) as exchange:
        transport = httpx.ASGITransport(app=create_app(exchange))
        async with httpx.AsyncClient(transport=transport, base_url="https://login.example.com") as client:
            for delivery_id, heard in (("first", [left]), ("first", [left]), ("second", [left, left])):
                headers = headers_of(body, EVENT, delivery_id=delivery_id)
                answer = await client.post("/notices/github", content=body, headers=headers)
                assert answer.status_code == status
                assert host.heard == (heard if status == 200 else [])


@pytest.mark.parametrize("sample", GitHubSimulator().notices(), ids=lambda one: one.name)
def test_samples_are_read_as_they_say(sample: NoticeSample) -> None:
    if sample.expected == ACCEPTED:
        read = read_delivery(sample.request(), client_id=CLIENT_ID, secret=SecretStr(WEBHOOK_SECRET))
        assert read.events == sample.events
    else:
        with pytest.raises(InvalidNotice):
            read_delivery(sample.request(), client_id=CLIENT_ID, secret=SecretStr(WEBHOOK_SECRET))
