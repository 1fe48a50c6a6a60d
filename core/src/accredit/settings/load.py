"""Read settings: one TOML file, every value overridable by the environment (`accredit.settings.environment`), and by
files (`accredit.settings.secrets`).

Relative paths in them begin at the file.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from accredit.errors import ConfigurationError
from accredit.settings import Settings
from accredit.settings.environment import CONFIG, override
from accredit.settings.paths import relative_to
from accredit.settings.secrets import with_secrets


def load_settings(path: str | Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of a TOML file (by default `ACCREDIT_CONFIG`, or none) and the environment.

    Relative paths of files begin at the settings file, and without one at the working directory.

    Raises:
        ConfigurationError: the file cannot be read, or a value is wrong; the message names it, not what it holds.
    """
    environ = os.environ if environ is None else environ
    path = environ.get(CONFIG) or None if path is None else path
    if path is None:
        return _settings({}, environ)
    file = Path(path)
    return relative_to(file.absolute().parent, _settings(read_file(file), environ))


def settings_from(tables: Mapping[str, Any], *, folder: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Return settings that a host's program holds as tables, and the environment. Relative paths begin at `folder`.

    Raises:
        ConfigurationError: a value is wrong; the message names it, not what it holds.
    """
    copied = {name: _copied(value) for name, value in tables.items()}  # the environment is laid over it
    return relative_to(folder, _settings(copied, os.environ if environ is None else environ))


def read_file(path: Path) -> dict[str, Any]:
    """Return the tables of a settings file as they stand there.

    Raises:
        ConfigurationError: it cannot be read, or is not TOML; the message says what to change.
    """
    if path.is_dir():
        raise ConfigurationError(f"{path} is a folder: name the settings file in it, such as {path / 'accredit.toml'}")
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))  # editors on Windows begin with a mark
    except PermissionError:
        raise ConfigurationError(
            f"cannot read {path}: Permission denied; run as the user that owns it, or let this user read it"
        ) from None
    except OSError as exc:
        raise ConfigurationError(f"cannot read {path}: {exc.strerror}") from exc
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} is not valid TOML: it is not text in UTF-8; save it as such") from None
    except (tomllib.TOMLDecodeError, RecursionError) as exc:
        raise ConfigurationError(f"{path} is not valid TOML: {exc}") from exc


def _settings(tables: dict[str, Any], environ: Mapping[str, str]) -> Settings:
    problems = override(tables, with_secrets(environ))
    try:
        settings = Settings.model_validate(tables)
    except ConfigurationError as exc:
        problems.append(str(exc))
    if problems:
        raise ConfigurationError("; ".join(problems))
    return settings


def _copied(value: Any) -> Any:
    """Return a copy down to the values; paths, which programs have in the place of text, become that."""
    if isinstance(value, Mapping):
        return {key: _copied(one) for key, one in value.items()}
    return str(value) if isinstance(value, Path) else value
