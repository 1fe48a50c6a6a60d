"""Settings from files, one a value: what Docker, Kubernetes and systemd hand to a service as its secrets.

`ACCREDIT_SECRETS` names their folder. Each file in it is called like the variable that it stands for, such as
`ACCREDIT_CONNECTIONS__FACEBOOK__APP_SECRET`, and holds the value; one line break at its end is not part of it. Other
files are somebody else's. A secret in a file is not inherited by child processes, and stands in no process table.
"""

from collections.abc import Mapping
from pathlib import Path

from accredit.errors import ConfigurationError
from accredit.settings.environment import CONFIG, PREFIX, SECRETS

_MAX_BYTES = 65_536
"""Of one file: no setting is longer."""


def with_secrets(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment with what stands in the folder that `ACCREDIT_SECRETS` names, where it names one.

    Raises:
        ConfigurationError: the folder or a file cannot be read, or a value stands in both; the message names the file,
            not what it holds.
    """
    folder = environ.get(SECRETS)
    if not folder:
        return environ
    read = {path.name: _read(path) for path in _files(Path(folder))}
    given = {name.upper() for name in environ}
    for name in read:
        if name.upper() in given:
            raise ConfigurationError(f"{name} is set by the environment, and by a file in {folder}: remove one of them")
    return {**environ, **read}


def _files(folder: Path) -> list[Path]:
    try:
        found = sorted(folder.iterdir())
    except OSError as exc:
        raise ConfigurationError(f"cannot read {folder}, the folder that {SECRETS} names: {exc.strerror}") from exc
    ours = [path for path in found if path.name.upper().startswith(PREFIX)]
    for path in ours:
        if path.name.upper() in {CONFIG, SECRETS}:
            raise ConfigurationError(f"{path} has no effect: {path.name.upper()} is read from the environment alone")
    return ours


def _read(path: Path) -> str:
    if path.exists() and not path.is_file() and not path.is_dir():  # such as a pipe, whose writer may never come
        raise ConfigurationError(f"cannot read {path}: it is not a file")
    try:
        with path.open("rb") as file:
            value = file.read(_MAX_BYTES + 1)
    except OSError as exc:
        raise ConfigurationError(f"cannot read {path}: {exc.strerror}") from exc
    if len(value) > _MAX_BYTES:
        raise ConfigurationError(f"{path} is longer than {_MAX_BYTES} bytes: it must hold one value")
    try:
        return value.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} is not text in UTF-8") from None
