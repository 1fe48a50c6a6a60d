"""May others of this machine read the files that `ACCREDIT_SECRETS` brings?"""

import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from accredit.cli.checkup.finding import Examiner, Finding
from accredit.settings.environment import PREFIX, SECRETS

_examiner = Examiner("configuration")


def examine_secrets_folder(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Warn about secrets that anybody of this machine may read or change.

    A group may: that is how root keeps them and lets a server read them. What is mounted has the modes that Kubernetes,
    Compose or systemd has given it, in a container or for a service, where nobody else is.
    """
    folder = Path(environ.get(SECRETS) or "")
    if os.name != "posix" or not environ.get(SECRETS) or not folder.is_dir() or folder.is_mount():
        return
    try:
        names = [path.name for path in sorted(folder.iterdir()) if _is_open(path)]
    except OSError:
        return  # another finding says why it cannot be read
    if names:
        what = f"anybody of this machine may read or change {', '.join(names)}"
        yield _examiner.warn(str(folder), what, f"run: {_closing(folder)}")


def _is_open(path: Path) -> bool:
    if not path.name.upper().startswith(PREFIX) or not path.is_file() or path.is_mount():
        return False
    file = path.resolve()
    return file.stat().st_mode & 0o006 != 0 and all(one.stat().st_mode & 0o001 for one in file.parents)


def _closing(folder: Path) -> str:
    """Return the commands that leave it to this user alone; root says them where it owns the folder."""
    where, user = shlex.quote(str(folder)), os.geteuid()
    closed = f"chmod -R go= {where}"
    return closed if folder.stat().st_uid == user else f"chown -R {user} {where} && {closed}"
