"""A file that is there as a whole, or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from accredit.errors import ConfigurationError


@contextmanager
def output_file(path: Path, *, option: str) -> Iterator[BytesIO]:
    """Let the block say what is to stand in a file; it takes the place of an older one when the block ends.

    Only its owner may read it. Before the block it is made sure that there is a place for it. If the block raises,
    nothing has changed.

    Raises:
        ConfigurationError: it cannot be written. `option` is by which the path was said.
    """
    content = BytesIO()
    with _told(path, option):
        target = path.resolve()  # through a link, which must stay one
        if target.exists() and not target.is_file():
            raise ConfigurationError(f"{option}: {path} is no file")
        number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # with mode 0600
    draft = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            yield content
            with _told(path, option):
                file.write(content.getvalue())
                file.flush()
        with _told(path, option):
            draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _told(path: Path, option: str) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise ConfigurationError(f"{option}: cannot write {path}: {exc.strerror}") from exc
