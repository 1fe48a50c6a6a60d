"""Answers that are not as we asked: packed, with a mark in front, with what JSON does not know."""

import gzip
import json
import tracemalloc
import zlib
from typing import Any

import httpx
import pytest
from core.tests.provider.providers import API, LIMIT, Chunks, Told, answering, client

from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.provider.http import ProviderResponse

PLAIN = b'{"id": "1", "name": "Ada"}'
PACKED = gzip.compress(PLAIN, mtime=0)
GZIP = {"Content-Encoding": "gzip"}


async def refusal(*chunks: bytes, encoding: str = "gzip") -> str:
    stream = Chunks(*chunks)
    transport = Told(lambda: httpx.Response(200, headers={"Content-Encoding": encoding}, stream=stream))
    with pytest.raises(ProviderUnavailable) as refused:
        await client(transport).get(f"{API}/me")
    assert stream.closed
    return refused.value.detail


# Content-Encoding


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip", " gzip "])
async def test_a_body_packed_by_gzip_is_read_though_nobody_asked_for_it(encoding: str) -> None:
    transport = answering(PACKED, headers={"Content-Encoding": encoding})
    assert (await client(transport).get(f"{API}/me")).body == PLAIN
    assert transport.requests[0].headers["accept-encoding"] == "identity"


async def test_a_packed_body_may_come_byte_by_byte() -> None:
    chunks = [bytes([byte]) for byte in PACKED]
    assert (await client(answering(*chunks, headers=GZIP)).get(f"{API}/me")).json_object()["name"] == "Ada"


@pytest.mark.parametrize("encoding", ["identity", "Identity", ""])
async def test_a_body_that_is_not_packed_is_taken_as_it_is(encoding: str) -> None:
    assert (await client(answering(PACKED, headers={"Content-Encoding": encoding})).get(f"{API}/me")).body == PACKED


@pytest.mark.threat(18)
@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "compress", "identity, gzip", "gzip, gzip", "gzip;q=1"])
async def test_every_other_encoding_is_refused_unread(encoding: str) -> None:
    assert await refusal(PACKED, encoding=encoding) == "the provider sent an encoded body"


@pytest.mark.threat(18)
async def test_what_is_unpacked_may_reach_the_limit_and_not_pass_it() -> None:
    full = gzip.compress(b"x" * LIMIT)
    assert len((await client(answering(full, headers=GZIP)).get(f"{API}/me")).body) == LIMIT
    assert await refusal(gzip.compress(b"x" * (LIMIT + 1))) == f"answer is over {LIMIT} bytes"


@pytest.mark.threat(18)
async def test_a_bomb_stays_packed_but_for_the_limit() -> None:
    packer = zlib.compressobj(9, wbits=31)
    megabyte = bytes(2**20)
    bomb = b"".join([*(packer.compress(megabyte) for _ in range(200)), packer.flush()])
    # All of it in one piece, and with a limit above its size: only what comes out is too large.
    tracemalloc.start()
    try:
        http = client(answering(bomb, headers=GZIP), max_response_bytes=len(bomb))
        with pytest.raises(ProviderUnavailable, match=r"^answer is over [0-9]+ bytes$"):
            await http.get(f"{API}/me")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 * 2**20


@pytest.mark.threat(18)
async def test_a_body_that_is_longer_packed_than_it_may_be_is_refused() -> None:
    # A thousand stored blocks of nothing: it would unpack to two bytes.
    head, empty, end = gzip.compress(b"")[:10], b"\x00\x00\x00\xff\xff", b"\x01\x02\x00\xfd\xff{}"
    tail = zlib.crc32(b"{}").to_bytes(4, "little") + (2).to_bytes(4, "little")
    assert (await client(answering(head + empty + end + tail, headers=GZIP)).get(f"{API}/me")).body == b"{}"
    assert await refusal(head, *[empty] * 1000, end + tail) == "packed answer is over the limit"


@pytest.mark.threat(18)
@pytest.mark.parametrize("length", range(len(PACKED)))
async def test_a_packed_body_that_is_cut_off_anywhere_is_refused(length: int) -> None:
    assert await refusal(PACKED[:length]) == "the provider sent a gzip body without its end"


@pytest.mark.threat(18)
@pytest.mark.parametrize(
    "body",
    [PLAIN, zlib.compress(PLAIN), PACKED[:-8] + bytes(8), b"\x1f\x8b\x09" + PACKED[3:], PACKED[:10] + b"\x07" * 10],
    ids=["not packed", "zlib", "wrong sum", "another method", "noise"],
)
async def test_a_packed_body_that_is_broken_is_refused(body: bytes) -> None:
    assert await refusal(body) == "the provider sent a broken gzip body"


@pytest.mark.threat(18)
@pytest.mark.parametrize("more", [PACKED, b"\x00", PLAIN])
@pytest.mark.parametrize("together", [True, False])
async def test_nothing_follows_a_packed_body(more: bytes, together: bool) -> None:
    chunks = [PACKED + more] if together else [PACKED, more]
    assert await refusal(*chunks) == "the provider sent more than its gzip body"


async def test_one_layer_is_unpacked() -> None:
    twice = gzip.compress(PACKED, mtime=0)
    response = await client(answering(twice, headers=GZIP)).get(f"{API}/me")
    assert response.body == PACKED
    with pytest.raises(ProviderUnavailable):
        response.json()


# JSON


@pytest.mark.parametrize("body", [b"\xef\xbb\xbf{}", b"\xef\xbb\xbf  {}\n"])
def test_a_byte_order_mark_is_skipped(body: bytes) -> None:
    assert ProviderResponse(200, {}, body).json_object() == {}


@pytest.mark.threat(50)
@pytest.mark.parametrize("control", ["\x00", "\x01", "\t", "\n", "\r", "\x1b", "\x1f", "\x7f"])
def test_a_raw_control_character_may_stand_in_a_text(control: str) -> None:
    body = f'{{"name": "A{control}da", "{control}": 1}}'.encode()
    assert ProviderResponse(200, {}, body).json_object() == {"name": f"A{control}da", control: 1}


@pytest.mark.threat(18)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b"1" * 5000,
        b"{\x01}",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\xef\xbb\xbf{}",
        b"{}\xef\xbb\xbf",
        b"{} {}",
        "{}".encode("utf-16"),
        "{}".encode("utf-16-le"),
        "{}".encode("utf-32"),
        b'{"name": "\xed\xa0\x80"}',
        b'{"name": "\xe9"}',
        b"NaN",
        b'{"exp": NaN}',
        b'{"exp": Infinity}',
        b'{"exp": -Infinity}',
        b'{"exp": 1e999}',
        b'{"exp": -1e999}',
        b'{"id": "1", "id": "2"}',
        b'{"id": "1", "id": "1"}',
        b'{"id": "1", "\\u0069d": "2"}',
        b'{"data": [{"a": {"id": 1, "id": 1}}]}',
    ],
    ids=lambda body: repr(body[:30]),
)
def test_a_body_that_is_no_json_is_unavailability(body: bytes) -> None:
    with pytest.raises(ProviderUnavailable, match=r"^answer with status 502 is not JSON$"):
        ProviderResponse(502, {}, body).json()


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": {"id": 1}, "b": {"id": 2}}', {"a": {"id": 1}, "b": {"id": 2}}),
        (b'{"id": 1, "ID": 2, "Id": 3}', {"id": 1, "ID": 2, "Id": 3}),
        (b"[1.5, 1e3, -0.0, 1e308, 12345678901234567890]", [1.5, 1000.0, -0.0, 1e308, 12345678901234567890]),
        (b'"\\ud83d\\ude00 \\ud83d"', "\U0001f600 \ud83d"),
        (json.dumps("Zo\u00eb").encode(), "Zo\u00eb"),
    ],
)
def test_what_json_allows_is_read(body: bytes, value: Any) -> None:
    assert ProviderResponse(200, {}, body).json() == value


# What nothing else lets through


@pytest.mark.threat(50)
@pytest.mark.parametrize(
    ("detail", "kept"),
    [
        ("me: code x\r\nforged line", "me: code x forged line"),
        ("a\x00b\x1b[31mc\u202ed\ufeff", "ab[31mcd"),
        ("x" * 240_000, "x" * 1000),
        ("\x00", ""),
        ("", ""),
        ("me: id is no string", "me: id is no string"),
    ],
)
def test_a_detail_is_one_short_line(detail: str, kept: str) -> None:
    error = InvalidProviderToken(detail)
    assert error.detail == kept
    assert str(error) == (kept or error.description)
