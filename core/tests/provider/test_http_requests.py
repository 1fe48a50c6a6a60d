"""What goes out: JSON bodies, Basic credentials, and what a strategy may not put into a call."""

import base64
import json
from typing import Any

import pytest
from core.tests.provider.providers import API, answering, client
from pydantic import SecretStr

from accredit.audit.redact import redact
from accredit.errors import PluginFailed
from accredit.provider.http import ProviderHTTP
from accredit.provider.transport import READS_ONLY

SECRET = SecretStr("s3cret")


async def fault(**call: Any) -> str:
    transport = answering()
    http = client(transport)
    with pytest.raises(PluginFailed) as refused:
        await http.post(f"{API}/token", **call)
    assert transport.requests == []
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert "s3cret" not in f"{refused.value!r}{refused.value.detail}{http.calls}"
    return refused.value.detail.removeprefix("the strategy made a request that cannot be sent: ")


async def test_a_post_sends_compact_json_in_utf_8() -> None:
    transport = answering()
    value = {"token": "a&b", "name": "Zo\u00eb \U0001f600", "ids": [1, 2.5, True, None], "deep": {"er": ()}}
    await client(transport).post(f"{API}/token", json=value)
    (request,) = transport.requests
    assert request.headers["content-type"] == "application/json"
    assert request.content.decode() == (
        '{"token":"a&b","name":"Zo\u00eb \U0001f600","ids":[1,2.5,true,null],"deep":{"er":[]}}'
    )
    assert request.headers["content-length"] == str(len(request.content))


@pytest.mark.parametrize("value", [{}, [], "", 0, False])
async def test_json_that_is_empty_or_false_is_a_body_too(value: Any) -> None:
    transport = answering()
    await client(transport).post(f"{API}/token", json=value)
    assert json.loads(transport.requests[0].content) == value
    assert transport.requests[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("reads_only", [False, True])
async def test_a_json_body_that_changes_nothing_may_be_sent_again(reads_only: bool) -> None:
    transport = answering()
    await client(transport).post(f"{API}/token", json={}, reads_only=reads_only)
    assert transport.requests[0].extensions.get(READS_ONLY, False) is reads_only


async def test_a_post_without_a_body_has_no_content_type_either() -> None:
    transport = answering()
    await client(transport).post(f"{API}/revoke", no_body=True, headers={"Authorization": "Bearer t"})
    (request,) = transport.requests
    assert (request.method, request.content, request.headers["content-length"]) == ("POST", b"", "0")
    assert "content-type" not in request.headers
    await client(transport).post(f"{API}/revoke")
    assert transport.requests[1].headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "body", [{"json": {}}, {"form": {}}, {"form": {"token": "s3cret"}}], ids=["json", "no", "form"]
)
async def test_a_call_has_a_body_or_none(body: dict[str, Any]) -> None:
    assert await fault(no_body=True, **body) == "it has a body and no_body=True"


async def test_a_delete_may_have_a_json_body() -> None:
    transport = answering()
    http = client(transport)
    await http.delete(f"{API}/token", json={"access_token": "t"}, basic=("client", SECRET), headers={"X-Version": "1"})
    await http.delete(f"{API}/permissions")
    with_body, without = transport.requests
    assert (with_body.method, with_body.content) == ("DELETE", b'{"access_token":"t"}')
    assert with_body.headers["content-type"] == "application/json"
    assert with_body.headers["content-length"] == str(len(with_body.content))
    assert with_body.headers["authorization"].startswith("Basic ")
    assert with_body.headers["x-version"] == "1"
    assert (without.method, without.content) == ("DELETE", b"")
    assert "content-type" not in without.headers
    assert [call.method for call in http.calls] == ["DELETE", "DELETE"]


@pytest.mark.parametrize(("reads_only", "calls"), [(True, 2), (False, 1)])
async def test_a_get_that_uses_something_up_is_never_sent_twice(reads_only: bool, calls: int) -> None:
    transport = answering(status=503)
    http = ProviderHTTP(transport, urls=(API,), timeout_s=5.0, max_response_bytes=1000, retries=1)
    assert (await http.get(f"{API}/token", reads_only=reads_only)).status == 503
    assert len(transport.requests) == len(http.calls) == calls
    assert transport.requests[0].extensions[READS_ONLY] is reads_only


async def test_a_delete_is_never_sent_twice() -> None:
    transport = answering(status=503)
    http = ProviderHTTP(transport, urls=(API,), timeout_s=5.0, max_response_bytes=1000, retries=1)
    assert (await http.delete(f"{API}/token")).status == 503
    assert len(transport.requests) == 1


@pytest.mark.threat(44)
async def test_a_delete_goes_to_a_declared_host_or_nowhere() -> None:
    transport = answering()
    with pytest.raises(PluginFailed, match="did not declare the host"):
        await client(transport).delete("https://evil.example/token")
    assert transport.requests == []


@pytest.mark.parametrize(
    ("url", "declared"),
    [(f"{API}/any", True), ("https://evil.example/", False), (f"{API}:8443/", False), ("no url", False), (None, False)],
    ids=["declared", "another", "another port", "no url", "nothing"],
)
async def test_a_strategy_can_ask_whether_a_host_is_declared(url: Any, declared: bool) -> None:
    http = client(answering())
    assert http.is_declared(url) is declared
    assert http.calls == []


def _endless() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["again"] = value
    return value


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        (float("nan"), "ValueError"),
        ({"a": [float("inf")]}, "ValueError"),
        (float("-inf"), "ValueError"),
        ({"secret": SECRET}, "TypeError"),
        ({"a": b"s3cret"}, "TypeError"),
        ({("s3cret",): 1}, "TypeError"),
        ({1, 2}, "TypeError"),
        ("s3cret\ud800", "UnicodeEncodeError"),
        (_endless(), "ValueError"),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_what_json_cannot_hold_is_the_strategys_fault(value: Any, cause: str) -> None:
    assert await fault(json=value) == f"JSON cannot hold its body: {cause}"


async def test_json_that_nests_without_end_is_the_strategys_fault() -> None:
    value: list[Any] = []
    for _ in range(200_000):
        value = [value]
    assert await fault(json=value) == "JSON cannot hold its body: RecursionError"
    while value:  # taken apart from the outside: freeing it at once would nest as deeply
        value = value[0]


@pytest.mark.parametrize("form", [{}, {"token": "s3cret"}])
async def test_a_call_has_a_form_or_a_json_body(form: dict[str, str]) -> None:
    assert await fault(form=form, json={"token": "s3cret"}) == "it has a form and a JSON body"


@pytest.mark.parametrize("value", [SECRET, None, 7, True, b"x", ["x"]])
async def test_a_form_holds_texts_and_nothing_else(value: Any) -> None:
    assert await fault(form={"client_secret": value}) == "a field of its form or query is no text"


async def test_a_form_that_cannot_be_encoded_is_the_strategys_fault() -> None:
    assert await fault(form={"token": "s3cret\ud800"}) == "UnicodeEncodeError"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("user", "password", "pair"),
    [
        ("client", "s3cret", "client:s3cret"),
        ("client", "with:colon and blank", "client:with:colon and blank"),
        ("client", "pass\u00e9", "client:pass\u00e9"),
        ("!~", "", "!~:"),
    ],
)
async def test_basic_credentials_are_a_header(method: str, user: str, password: str, pair: str) -> None:
    transport = answering()
    await getattr(client(transport), method)(f"{API}/me", basic=(user, SecretStr(password)))
    scheme, encoded = transport.requests[0].headers["authorization"].split(" ")
    assert (scheme, base64.b64decode(encoded, validate=True).decode()) == ("Basic", pair)


@pytest.mark.parametrize("user", ["", "a:s3cret", "s3cret b", "s3cret\n", "s3cret\x7f", "s3cret\u00e9", "\x00"])
async def test_a_user_of_basic_is_visible_and_has_no_colon(user: str) -> None:
    said = await fault(basic=(user, SECRET))
    assert said == "basic=: the user must be visible ASCII characters without a colon (settings type BasicId)"
    assert redact({"detail": said}) == {"detail": said}


@pytest.mark.parametrize("end", ["\n", "\r", "\x00", "\x7f", "\x85"])
async def test_a_password_of_basic_holds_no_control_character(end: str) -> None:
    assert await fault(basic=("user", SecretStr(f"s3cret{end}"))) == "basic=: the password holds a control character"


async def test_a_password_of_basic_that_is_no_unicode_is_the_strategys_fault() -> None:
    assert await fault(basic=("user", SecretStr("s3cret\ud800"))) == "UnicodeEncodeError"


@pytest.mark.parametrize(
    "basic", [("user", "s3cret"), ("user",), "user:s3cret", (1, SECRET), ("user", SECRET, "x"), ()]
)
async def test_basic_is_a_user_and_a_secret(basic: Any) -> None:
    assert await fault(basic=basic) == "basic must be a user and a SecretStr"


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
async def test_a_call_has_basic_credentials_or_a_header_of_its_own(name: str) -> None:
    told = "it has basic= and a header Authorization"
    assert await fault(basic=("user", SECRET), headers={name: "Bearer s3cret"}) == told


async def test_basic_credentials_are_not_remembered() -> None:
    http = client(answering())
    await http.post(f"{API}/token", basic=("client", SECRET), json={"token": "t0ken"})
    shown = f"{http.calls} {http!r}"
    assert (http.calls[0].method, http.calls[0].url) == ("POST", f"{API}/token")
    assert not any(word in shown for word in ("s3cret", "t0ken", "client", base64.b64encode(b"client:s3cret").decode()))


@pytest.mark.parametrize("name", ["Accept", "accept", "ACCEPT"])
async def test_a_header_of_the_strategy_takes_the_place_of_ours(name: str) -> None:
    transport = answering()
    await client(transport).get(f"{API}/me", headers={name: "application/vnd.acme+json"})
    assert transport.requests[0].headers.get_list("accept") == ["application/vnd.acme+json"]


@pytest.mark.threat(44)
@pytest.mark.parametrize("name", ["Host", "host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade"])
async def test_where_a_call_goes_and_ends_is_not_for_a_header_to_say(name: str) -> None:
    told = f"the header {name.lower()} is not a strategy's to set"
    assert await fault(headers={name: "evil.example"}) == told


@pytest.mark.threat(44)
async def test_a_header_is_named_by_a_text() -> None:
    assert await fault(headers={b"Host": "evil.example"}) == "TypeError"
