"""In how many pieces an answer is sent."""

import asyncio
from collections.abc import Callable

from accredit.serving.answer_transport import AnswerTransport


class _Wire(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.pieces.append(bytes(data))

    def close(self) -> None:
        self.pieces.append(b"closed")


def _transport() -> tuple[AnswerTransport, list[bytes], list[Callable[[], None]]]:
    wire = _Wire()
    soon: list[Callable[[], None]] = []
    return AnswerTransport(wire, close=wire.close, soon=soon.append), wire.pieces, soon


def test_head_and_body_are_sent_together() -> None:
    transport, pieces, _ = _transport()
    for head, body in ((b"HTTP/1.1 200 OK\r\n\r\n", b"one"), (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"two")):
        transport.write(head)
        transport.write(body)
        transport.end()
    assert pieces == [b"HTTP/1.1 200 OK\r\n\r\none", b"HTTP/1.1 400 Bad Request\r\n\r\ntwo"]


def test_what_follows_the_head_is_sent_as_it_comes() -> None:
    transport, pieces, _ = _transport()
    transport.write(b"HTTP/1.1 200 OK\r\n\r\n")
    transport.write(b"one")
    transport.write(b"two")
    assert pieces == [b"HTTP/1.1 200 OK\r\n\r\none", b"two"]


def test_client_that_waits_for_100_continue_gets_it_at_once() -> None:
    transport, pieces, _ = _transport()
    transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert pieces == [b"HTTP/1.1 100 Continue\r\n\r\n"]
    transport.write(b"HTTP/1.1 200 OK\r\n\r\n")
    transport.write(b"one")
    assert pieces[1:] == [b"HTTP/1.1 200 OK\r\n\r\none"]


def test_head_whose_body_is_late_does_not_wait_for_it() -> None:
    transport, pieces, soon = _transport()
    transport.write(b"HTTP/1.1 200 OK\r\n\r\n")
    assert pieces == []
    soon.pop()()
    assert pieces == [b"HTTP/1.1 200 OK\r\n\r\n"]
    transport.write(b"late")
    assert pieces[1:] == [b"late"]


def test_head_without_a_body_is_sent_at_the_end() -> None:
    transport, pieces, _ = _transport()
    transport.write(b"HTTP/1.1 200 OK\r\n\r\n")
    transport.end()
    assert pieces == [b"HTTP/1.1 200 OK\r\n\r\n"]


def test_head_of_an_answer_that_breaks_off_is_sent_before_the_connection_ends() -> None:
    transport, pieces, _ = _transport()
    transport.write(b"HTTP/1.1 200 OK\r\n\r\n")
    transport.close()
    assert pieces == [b"HTTP/1.1 200 OK\r\n\r\n", b"closed"]
