"""One answer as it arrives, in whatever pieces, and what it may cost."""

from collections import deque
from collections.abc import Iterable

import httpx
import pytest

from accredit.provider.transport.answer import BYTES_BESIDE_BODY, HEADERS, INFORMATIONAL_ANSWERS, Answer

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\n\r\n"


def fed(*pieces: bytes, has_body: bool = True) -> Answer:
    answer = Answer(has_body=has_body)
    for piece in pieces:
        answer.feed(piece)
    return answer


def bytewise(data: bytes) -> Iterable[bytes]:
    return (data[at : at + 1] for at in range(len(data)))


def refused(*pieces: bytes) -> str:
    answer = Answer()
    with pytest.raises(httpx.RemoteProtocolError) as error:
        deque(map(answer.feed, pieces))
    assert not answer.is_whole
    assert not answer.may_stay
    assert answer.take() == b""
    answer.end()
    assert not answer.is_whole
    return str(error.value)


@pytest.mark.parametrize(
    ("data", "may_stay"),
    [
        (GOOD, True),
        (CHUNKED + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", True),
        (CHUNKED.replace(b"chunked", b"  Chunked") + b"2\r\n{}\r\n0\r\n\r\n", True),
        (CHUNKED + b"2;a=b;c\r\n{}\r\n0\r\nX-Trailer: 1\r\nETag: 2\r\n\r\n", True),
        (GOOD.replace(b"1.1", b"1.0"), False),
        (GOOD.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n"), False),
        (CONTINUE + b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\nContent-Length: 7\r\n\r\n" + GOOD, True),
    ],
)
def test_an_answer_is_the_same_in_one_piece_and_in_many(data: bytes, may_stay: bool) -> None:
    for answer in (fed(data), fed(*bytewise(data))):
        assert (answer.status, answer.take(), answer.is_whole, answer.may_stay) == (200, b"{}", True, may_stay)
        names = {name.lower() for name, _ in answer.headers}
        assert names <= {b"content-length", b"transfer-encoding", b"connection"}
        assert answer.has_begun


def test_headers_keep_their_order_and_empty_values_and_lose_blanks_around() -> None:
    answer = fed(b"HTTP/1.1 200 OK\r\nX-Empty:\r\nX-A:  b \t\r\nx-a: c\r\nContent-Length: 0\r\n\r\n")
    assert answer.headers == [(b"X-Empty", b""), (b"X-A", b"b"), (b"x-a", b"c"), (b"Content-Length", b"0")]


@pytest.mark.parametrize("status", [204, 304])
def test_some_statuses_have_no_body_whatever_their_headers_say(status: int) -> None:
    answer = fed(b"HTTP/1.1 %d X\r\nContent-Length: 5\r\n\r\n" % status)
    assert (answer.status, answer.is_whole, answer.may_stay) == (status, True, True)


def test_an_answer_to_a_head_has_no_body_and_ends_its_connection() -> None:
    answer = fed(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", has_body=False)
    assert (answer.is_whole, answer.may_stay) == (True, False)
    with pytest.raises(httpx.RemoteProtocolError):
        answer.feed(b"12345")


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    answer = fed(UNTIL_CLOSE, b"{", b"}")
    assert not answer.is_whole
    answer.end()
    assert (answer.is_whole, answer.may_stay, answer.take()) == (True, False, b"{}")


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200 OK\r\n", GOOD[:-1], CHUNKED, CHUNKED + b"2\r\n{}\r\n", CONTINUE])
def test_no_other_answer_is_whole_because_its_connection_has_ended(data: bytes) -> None:
    answer = fed(data)
    answer.end()
    assert not answer.is_whole


@pytest.mark.threat(52)
def test_informational_answers_are_counted() -> None:
    assert fed(CONTINUE * INFORMATIONAL_ANSWERS, GOOD).is_whole
    refused(CONTINUE * (INFORMATIONAL_ANSWERS + 1))
    refused(*[CONTINUE] * (INFORMATIONAL_ANSWERS + 1))


@pytest.mark.threat(52)
def test_parsing_stops_where_informational_answers_are_too_many() -> None:
    class Counting(Answer):
        begun = 0

        def on_message_begin(self) -> None:
            self.begun += 1
            super().on_message_begin()

    answer = Counting()
    with pytest.raises(httpx.RemoteProtocolError):
        answer.feed(CONTINUE * 100_000)
    assert answer.begun == INFORMATIONAL_ANSWERS + 1


@pytest.mark.threat(52)
@pytest.mark.parametrize(
    ("start", "flood", "end"),
    [
        (b"HTTP/1.1 200 OK\r\nX: ", b"x", b"\r\nContent-Length: 2\r\n\r\n{}"),
        (b"HTTP/1.1 200 ", b"x", b"\r\nContent-Length: 2\r\n\r\n{}"),
        (CHUNKED + b"2;", b"x", b"\r\n{}\r\n0\r\n\r\n"),
        (CHUNKED + b"2\r\n{}\r\n0\r\nX: ", b"x", b"\r\n\r\n"),
        (CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n", b"\r\n"),
        (b"HTTP/1.1 103 X\r\nX: ", b"x", b"\r\n\r\n" + GOOD),
    ],
    ids=["header", "reason", "chunk extension", "trailer", "trailers", "informational header"],
)
def test_what_is_no_body_is_bounded(start: bytes, flood: bytes, end: bytes) -> None:
    room = BYTES_BESIDE_BODY - len(start) - len(end)
    answer = fed(start, flood * (room // len(flood)), end)
    assert (answer.take(), answer.is_whole) == (b"{}", True)
    pieces = [flood * 1000] * (BYTES_BESIDE_BODY // len(flood) // 1000 + 1)
    refused(start, *pieces)
    refused(start + b"".join(pieces) + end)


def test_headers_are_counted() -> None:
    head, length = b"HTTP/1.1 200 OK\r\n", b"Content-Length: 0\r\n\r\n"
    assert fed(head + b"a:\r\n" * (HEADERS - 1) + length).is_whole
    refused(head + b"a:\r\n" * HEADERS + length)


def test_a_large_body_in_small_chunks_is_no_flood() -> None:
    answer = fed(CHUNKED, b"1\r\nx\r\n" * 100_000, b"0\r\n\r\n")
    assert (len(answer.take()), answer.is_whole) == (100_000, True)


def test_an_error_does_not_quote_what_was_sent() -> None:
    assert "s3cret" not in refused(b"HTTP/1.1 s3cret\r\n\r\n")


def test_more_than_one_answer_is_refused_even_later() -> None:
    answer = fed(GOOD)
    with pytest.raises(httpx.RemoteProtocolError):
        answer.feed(GOOD)
    assert not answer.is_whole


def test_the_next_answer_of_a_connection_knows_nothing_of_the_last_one() -> None:
    answer = Answer()
    answer.feed(b"HTTP/1.1 200 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nX-B: 2\r\n\r\n")
    first = answer.headers
    assert (answer.is_whole, answer.may_stay) == (True, True)

    answer.begin(has_body=True)
    assert (answer.status, answer.headers, answer.parts, answer.has_begun) == (0, [], [], False)
    assert (answer.is_headed, answer.is_whole, answer.may_stay) == (False, False, False)
    answer.feed(b"HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\n{}")
    assert (answer.status, answer.headers, answer.take()) == (404, [(b"Content-Length", b"2")], b"{}")
    assert first[0] == (b"X-A", b"1")

    answer.begin(has_body=True)
    with pytest.raises(httpx.RemoteProtocolError):
        answer.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{}")
