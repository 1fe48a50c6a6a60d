"""A file that is there as a whole, or not at all."""

import os
import stat
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
        if path.is_symlink() and _may_be_planted(path):
            raise ConfigurationError(f"{option}: {path} is a link of somebody else's, in a folder that all may write")
        target = path.resolve()  # through a link, which must stay one
        if target.exists() and not target.is_file():
            raise ConfigurationError(f"{option}: {path} is no file")
        number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # with mode 0600
    draft, file = Path(name), os.fdopen(number, "wb")
    try:
        yield content
        with _told(path, option):
            with file:
                file.write(content.getvalue())
            draft.replace(target)
    finally:
        file.close()
        draft.unlink(missing_ok=True)


def _may_be_planted(link: Path) -> bool:
    """Tell whether somebody may have put a link there for us to follow.

    Systems do not follow such a one, but would be asked about its end only. Source: proc_sys_fs(5),
    `protected_symlinks`.
    """
    folder, owner = link.parent.stat(), link.lstat().st_uid
    is_for_all = bool(folder.st_mode & stat.S_ISVTX and folder.st_mode & stat.S_IWOTH)
    return is_for_all and owner not in {os.geteuid(), folder.st_uid}


@contextmanager
def _told(path: Path, option: str) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise ConfigurationError(f"{option}: cannot write {path}: {exc.strerror}") from exc
