"""May the files of a running server be written, and by nobody else be read?"""

import os
from pathlib import Path


def not_writable(path: Path, setting: str) -> tuple[str, str] | None:
    """Say why `path` and its neighbours (locks, logs) cannot be written, and what to change; None where they can.

    `setting` is what names the path.
    """
    folder = path.absolute().parent
    if not folder.is_dir():
        return f"the folder {folder} does not exist", f"make it, or change {setting}"
    give = f"give it to the user that runs Accredit, or run this as that user, or change {setting}"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"the folder {folder} may not be written", give
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        return f"{path} may not be read and written", give
    return None


def others_may_read(path: Path) -> bool:
    """Tell whether group or world have any permission."""
    return os.name == "posix" and path.stat().st_mode & 0o077 != 0
