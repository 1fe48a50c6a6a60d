"""What `accredit demo` writes on a terminal of 80 columns, as a picture. It is run anew each time."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

from docs.pictures.svg import Picture
from rich.console import Console
from rich.segment import Segment
from rich.text import Text

PATH = Path(__file__).parents[1] / "static/demo.svg"
WORDS = ("accredit", "demo")
TITLE = "accredit demo, on a terminal"
_COLUMNS, _COLUMN, _LINE, _EDGE = 80, 7.5, 17.0, 16.0
_COLOURS = {1: "peer-5", 2: "peer-1", 3: "peer-4", 6: "ours-1"}
"""What the terminal's red, green, yellow and cyan are called in the theme."""


def recorded() -> str:
    """Run the demonstration on a terminal, and return what it wrote there, with its colours.

    Raises:
        subprocess.CalledProcessError: something did not come out right, which no picture should show.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, _COLUMNS, 0, 0))
    # No setting of whoever runs this belongs to the picture, nor how far it has come: that is on standard error.
    kept = {name: value for name, value in os.environ.items() if name in {"HOME", "PATH", "TMPDIR"}}
    program = Path(sys.executable).with_name(WORDS[0])
    with (
        subprocess.Popen(  # noqa: S603 - our own program, which stands beside the interpreter
            [program, *WORDS[1:]],
            cwd=PATH.parent,  # below which the program does not lie: so it calls itself by its name
            env={**kept, "TERM": "xterm"},
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=subprocess.DEVNULL,
        ) as running
    ):
        os.close(theirs)
        written = b"".join(_pieces(ours))
    os.close(ours)
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, running.args, written)
    return written.decode().replace("\r\n", "\n")


def _pieces(terminal: int) -> Iterator[bytes]:
    try:
        while piece := os.read(terminal, 65536):
            yield piece
    except OSError:  # how Linux tells that nobody writes any more
        return


def drawn(written: str) -> str:
    """Return the picture of a terminal on which this was written."""
    lines = [Text(f"$ {' '.join(WORDS)}", style="bold"), Text(), *Text.from_ansi(written.rstrip()).split("\n")]
    size = (2 * _EDGE + _COLUMNS * _COLUMN, 2 * _EDGE + len(lines) * _LINE)
    picture = Picture(*size, title=TITLE, description="\n".join(line.plain.rstrip() for line in lines))
    picture.box(1, 1, size[0] - 2, size[1] - 2, colour="grid")
    console = Console(width=_COLUMNS, color_system="standard")
    for number, line in enumerate(lines, 1):
        column = 0
        for segment in line.render(console):
            _type(picture, _EDGE + number * _LINE - 4, column, segment)
            column += segment.cell_length
    return str(picture)


def _type(picture: Picture, y: float, column: int, segment: Segment) -> None:
    """Write one piece, group by group: where each begins and ends does not depend on the reader's fonts."""
    style = segment.style
    colour = _COLOURS.get((style and style.color and style.color.number) or 0, "text")
    bold = bool(style and style.bold)
    for group in re.finditer(r"\S+(?: \S+)*", segment.text):
        x = _EDGE + (column + group.start()) * _COLUMN
        picture.typed(x, y, group[0], colour=colour, width=len(group[0]) * _COLUMN, bold=bold)


def write() -> None:
    """Run the demonstration, and write the picture of it."""
    PATH.write_text(drawn(recorded()), "utf-8")
