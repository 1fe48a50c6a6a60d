"""Where a Flask app says its settings: as tables in `app.config["ACCREDIT"]`, or in a TOML file."""

from collections.abc import Mapping
from pathlib import Path

from flask import Flask

from accredit.errors import ConfigurationError
from accredit.settings import Settings
from accredit.settings.load import load_settings, settings_from

TABLES = "ACCREDIT"
FILE = "ACCREDIT_CONFIG"
PARTS = "ACCREDIT_PARTS"
"""What `init_app` would be given: for tests, whose configuration is all that they hand to an app's factory."""


def settings_of(app: Flask) -> Settings:
    """Return the settings of an app, under the environment.

    `ACCREDIT` has the tables, whose relative paths begin at the instance folder, as those of Flask-SQLAlchemy do.
    `ACCREDIT_CONFIG` names a TOML file, which begins at the app's root, as `app.config.from_file` does, and at which
    its own relative paths begin.

    Raises:
        ConfigurationError: neither is there, or both are, or a value is wrong.
    """
    tables, file = app.config.get(TABLES), app.config.get(FILE)
    if tables is not None and file is not None:
        raise ConfigurationError(f"app.config has both {TABLES} and {FILE}: keep one of them")
    if file is not None:
        return load_settings(Path(app.root_path) / file)
    if tables is None:
        raise ConfigurationError(
            f'app.config has no settings: before init_app, set app.config["{TABLES}"] = '
            f'{{"issuer": …, "connections": {{…}}, "clients": {{…}}}}, or app.config["{FILE}"] to the path of a file'
        )
    if not isinstance(tables, Mapping):
        raise ConfigurationError(f'app.config["{TABLES}"] is a {type(tables).__name__}: it must be a mapping of tables')
    return settings_from(tables, folder=Path(app.instance_path))


def place_of(app: Flask) -> str:
    """Return where the settings stand, for people."""
    return str(Path(app.root_path) / app.config[FILE]) if app.config.get(FILE) else f'app.config["{TABLES}"]'


def make_instance_folder(app: Flask, settings: Settings) -> None:
    """Make the instance folder if something is to be written there: Flask itself leaves that to others.

    Raises:
        ConfigurationError: it cannot be made.
    """
    folder = Path(app.instance_path)
    written = (Path(settings.keys.path), settings.storage.path)
    if folder.is_dir() or not any(path is not None and path.parent == folder for path in written):
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ConfigurationError(
            f"cannot make the instance folder {folder}: {exc.strerror}; make it, or set absolute paths in "
            "keys.path and storage.url"
        ) from None
