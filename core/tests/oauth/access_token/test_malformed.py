"""Properties: malformed input never breaks us, never hangs, never costs a call or a row."""

import asyncio
import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from core.tests.bench import GOOD, SETTINGS, URL, Bench, bench
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.slow

PARAMETERS = (
    "client_id",
    "access_token",
    "connection",
    "scope",
    "access_token_secret",
    "user_id",
    "nonce",
    "device",
    "audience",
    "state",
)
CLIENTS, CONNECTIONS = list(SETTINGS["clients"]), list(SETTINGS["connections"])

any_text = st.text(st.characters())  # with halves of surrogate pairs, which JSON can spell
plausible = st.sampled_from(["", "openid offline_access", "good-token", "1000", *CLIENTS, *CONNECTIONS])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text | plausible,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=5,
)
content_types = st.sampled_from(
    ["application/json", "application/x-www-form-urlencoded", "application/json; charset=x", "", "text/plain"]
).map(str.encode) | st.binary(max_size=30)


async def _check(wire: Bench, response: httpx.Response) -> None:
    body = response.json()
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert len(wire.events) == 1
    assert wire.event.status == response.status_code
    if response.status_code == 200:
        assert {"access_token", "token_type", "expires_in", "scope"} <= body.keys()
        return
    assert response.status_code in {400, 401, 403}
    assert set(body) == {"error", "error_description"}
    assert wire.storage.kept == {}
    if response.status_code != 401 and wire.event.connection != "globex":
        assert wire.provider.requests == []


async def _post(wire: Bench, content: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    async with asyncio.timeout(30):
        await _check(wire, await wire.client.post(URL, content=content, headers=headers))


@pytest.mark.threat(15)
@given(body=st.binary(max_size=300), content_type=content_types)
@example(body=b'{"client_id":' + b"9" * 5000 + b"}", content_type=b"application/json")
@example(body=b'{"a":NaN,"b":-Infinity}', content_type=b"application/json")
@example(body=b"\xef\xbb\xbf{}", content_type=b"application/json")
@example(body=b"%00=%00&=&==&;", content_type=b"application/x-www-form-urlencoded")
async def test_any_bytes_are_refused(body: bytes, content_type: bytes) -> None:
    async with bench() as wire:
        await _post(wire, body, [(b"content-type", content_type)])
        wire.assert_untouched()


@pytest.mark.threat(15)
@given(changes=st.dictionaries(st.sampled_from(PARAMETERS) | any_text, json_values, max_size=4))
@example(changes={"state": "\ud800"})
@example(changes={"scope": "offline_access", "device": "\ud800"})
async def test_any_change_to_a_good_json_request_is_accepted_or_refused(changes: dict[str, Any]) -> None:
    async with bench() as wire:
        await _post(wire, json.dumps({**GOOD, **changes}).encode("ascii"), [(b"content-type", b"application/json")])


@given(pairs=st.lists(st.tuples(st.sampled_from(PARAMETERS), plausible | st.text() | st.binary()), max_size=6))
async def test_any_form_is_accepted_or_refused(pairs: list[tuple[str, str | bytes]]) -> None:
    body = "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs)
    async with bench() as wire:
        await _post(wire, body.encode(), [(b"content-type", b"application/x-www-form-urlencoded")])


@given(authorization=st.binary(max_size=60) | st.binary(max_size=60).map(lambda token: b"Bearer " + token))
@example(authorization=b"Bearer " + b"." * 60_000)
@example(authorization=b"Bearer eyJhbGciOiJub25lIn0.e30.")
async def test_any_authorization_header_is_refused_where_one_is_required(authorization: bytes) -> None:
    body = json.dumps({**GOOD, "client_id": "strict"}).encode()
    async with bench() as wire:
        await _post(wire, body, [(b"content-type", b"application/json"), (b"authorization", authorization)])
        assert wire.event.reason == "invalid_bearer"
        wire.assert_untouched()


@given(
    headers=st.lists(
        st.tuples(
            st.sampled_from([b"origin", b"content-type", b"authorization", b"accept", b"transfer-encoding", b"x-y"]),
            st.binary(max_size=40),
        ),
        max_size=6,
    )
)
@settings(max_examples=50)
async def test_any_headers_are_survived(headers: list[tuple[bytes, bytes]]) -> None:
    async with bench() as wire:
        await _post(wire, json.dumps(GOOD).encode(), headers)
