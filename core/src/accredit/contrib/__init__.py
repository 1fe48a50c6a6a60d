"""Accredit in the habits of a framework: one file for each, or a folder, and each an extra of that name.

Nothing here is imported by anything else, and none imports another.
"""

from importlib.util import find_spec


def require_extra(extra: str, package: str) -> None:
    """Pass where the framework is installed: each of its modules begins with this.

    Raises:
        ModuleNotFoundError: it is not; the message says what to install.
    """
    if find_spec(package) is None:
        message = f'accredit.contrib.{extra} needs {package}: pip install "accredit[{extra}]"'
        raise ModuleNotFoundError(message, name=package)
