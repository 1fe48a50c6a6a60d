"""Lines reach whoever reads them, and nobody waits for whoever does not."""

import fcntl
import io
import os
import threading

import pytest

from accredit.serving import lines
from accredit.serving.lines import LineWriter


@pytest.fixture
def pipe() -> tuple[io.BufferedReader, io.TextIOWrapper]:
    """A pipe that holds 4 KiB."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    return os.fdopen(reading, "rb"), os.fdopen(writing, "w", encoding="ascii")


def writer_to(file: io.TextIOBase, max_bytes: int = 2**20) -> tuple[LineWriter, list[Exception]]:
    errors: list[Exception] = []
    made = LineWriter(
        file,  # type: ignore[arg-type]  # typeshed has no name for all text files
        max_bytes=max_bytes,
        dropped=lambda count: f"{count} dropped",
        failed=errors.append,
    )
    return made, errors


@pytest.mark.parametrize("blocking", [True, False])
def test_nothing_is_dropped_while_somebody_reads(
    pipe: tuple[io.BufferedReader, io.TextIOWrapper], blocking: bool
) -> None:
    reader, file = pipe
    os.set_blocking(file.fileno(), blocking)
    read: list[bytes] = []
    thread = threading.Thread(target=lambda: read.extend(reader))
    thread.start()
    writer, errors = writer_to(file)
    taken = [writer.write(f"{number} 雪\ud800") for number in range(20_000)]
    assert writer.close() == 0
    file.close()
    thread.join()
    reader.close()

    assert all(taken)
    assert read == [f"{number} 雪\\ud800\n".encode() for number in range(20_000)]
    assert errors == []


def test_a_full_pipe_that_does_not_block_is_waited_for(pipe: tuple[io.BufferedReader, io.TextIOWrapper]) -> None:
    reader, file = pipe
    os.set_blocking(file.fileno(), False)
    os.write(file.fileno(), b"x" * 4096)
    writer, errors = writer_to(file)
    writer.write("after")
    thread = threading.Timer(0.05, lambda: reader.read(4096))
    thread.start()
    assert writer.close() == 0
    thread.join()
    file.close()

    assert (reader.read(), errors) == (b"after\n", [])
    reader.close()


@pytest.mark.threat(54)
def test_a_reader_who_stalls_loses_lines_and_is_told_how_many(
    pipe: tuple[io.BufferedReader, io.TextIOWrapper],
) -> None:
    reader, file = pipe
    writer, _ = writer_to(file, max_bytes=10_000)
    line = "x" * 99
    taken = sum(writer.write(line) for _ in range(1000))
    assert 100 <= taken <= 150  # what the pipe and the queue hold

    read = [reader.readline() for _ in range(taken)]
    while not writer.write("again"):
        pass
    assert writer.close() == 0
    file.close()
    read += reader.read().splitlines(keepends=True)
    reader.close()

    # Where the thread of the writer gets its turn late, some room comes in between, and a loss is told before the end.
    told = [one for one in read if one.endswith(b" dropped\n")]
    assert sum(int(one.split()[0]) for one in told) >= 1000 - taken
    assert [one for one in read if one not in told] == [line.encode() + b"\n"] * taken + [b"again\n"]


@pytest.mark.threat(54)
def test_a_reader_who_never_comes_back_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, pipe: tuple[io.BufferedReader, io.TextIOWrapper]
) -> None:
    monkeypatch.setattr(lines, "STALLED_S", 0.05)
    reader, file = pipe
    writer, _ = writer_to(file, max_bytes=10_000)
    for _ in range(1000):
        writer.write("x" * 99)
    lost = writer.close()

    assert 800 <= lost <= 1000
    reader.close()  # and so the thread ends
    writer._thread.join()
    file.close()


def test_lines_that_were_dropped_at_the_end_are_told_if_somebody_reads() -> None:
    file = Gate()
    writer, _ = writer_to(file, max_bytes=10)
    for line in ("first", "second line", "third line"):
        writer.write(line)
    file.open.set()
    lost = writer.close()

    assert file.getvalue().endswith(" dropped\n")
    assert lost >= 1


class Gate(io.StringIO):
    """A file in memory that takes nothing until it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()

    def write(self, text: str) -> int:
        self.open.wait()
        return super().write(text)


def test_a_line_that_is_longer_than_what_may_wait_is_written_where_nothing_waits() -> None:
    file = io.StringIO()
    writer, _ = writer_to(file, max_bytes=10)
    assert writer.write("x" * 1000)
    writer.close()

    assert len(file.getvalue()) == 1001


def test_an_error_in_writing_is_told_and_the_next_line_tried(
    pipe: tuple[io.BufferedReader, io.TextIOWrapper],
) -> None:
    reader, file = pipe
    reader.close()
    writer, errors = writer_to(file)
    writer.write("one")
    writer.write("two")
    assert writer.close() == 0
    file.close()

    assert [type(error) for error in errors] == [BrokenPipeError, BrokenPipeError]


def test_what_stands_in_the_buffer_comes_first(pipe: tuple[io.BufferedReader, io.TextIOWrapper]) -> None:
    reader, file = pipe
    print("before", file=file)
    writer, _ = writer_to(file)
    writer.write("after")
    writer.close()
    file.close()

    assert reader.read() == b"before\nafter\n"
    reader.close()
