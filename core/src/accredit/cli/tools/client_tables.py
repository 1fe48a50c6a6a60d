"""Change client tables in a settings file that people write by hand: everything else stays as it stands there."""

import contextlib
import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from filelock import FileLock
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable

from accredit.errors import ConfigurationError

Tables = dict[str, Any]


def add_client(path: Path, name: str, table: Mapping[str, Any]) -> None:
    """Write a new client's table.

    Raises:
        ConfigurationError: the file cannot be changed, or has a client of that name already.
    """
    with _changing(path) as (document, wanted):
        clients = wanted.setdefault("clients", {})
        if name in clients:
            raise ConfigurationError(f"{path} has a client '{name}' already")
        clients[name] = dict(table)
        if "clients" not in document:
            document.append("clients", tomlkit.table(is_super_table=True))
        added = tomlkit.inline_table() if isinstance(document["clients"], InlineTable) else tomlkit.table()
        for key, value in table.items():
            added.append(key, value)
        document["clients"][name] = added


def replace_secret_hash(path: Path, name: str, secret_hash: str) -> None:
    """Write the new hash of a client that has one in the file.

    Raises:
        ConfigurationError: the file cannot be changed, or has no such client, or none with a secret.
    """
    with _changing(path) as (document, wanted):
        client = wanted.get("clients", {}).get(name)
        if client is None:
            raise ConfigurationError(f"{path} has no client '{name}'")
        if "secret_hash" not in client:
            raise ConfigurationError(f"client '{name}' has no secret_hash in {path}, so there is no secret to replace")
        client["secret_hash"] = secret_hash
        document["clients"][name]["secret_hash"] = secret_hash


@contextlib.contextmanager
def _changing(path: Path) -> Iterator[tuple[Any, Tables]]:
    """Yield the file twice, as text to edit and as the values it must come to; it is replaced once they agree."""
    path = path.resolve()  # what a link points to is replaced, not the link
    try:
        with FileLock(f"{path}.lock"):
            text = path.read_bytes().decode("utf-8")
            document, wanted = tomlkit.parse(text), tomllib.loads(text)
            yield document, wanted
            changed = tomlkit.dumps(document)
            if tomllib.loads(changed) != wanted:
                raise _unchangeable(path)
            _replace(path, changed)
    except OSError as exc:
        raise ConfigurationError(f"cannot change {path}: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise ConfigurationError(f"{path} is not valid TOML: {exc}") from exc
    except (TOMLKitError, ValueError, TypeError, AttributeError, KeyError) as exc:
        raise _unchangeable(path) from exc


def _unchangeable(path: Path) -> ConfigurationError:
    return ConfigurationError(f"{path} is not valid TOML, or is written so that it must be changed by hand")


def _replace(path: Path, text: str) -> None:
    """Put `text` in the file's place in one step, under its mode and owner. A crash leaves the old one whole."""
    old = path.stat()
    number, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600 until it is finished
    try:
        with os.fdopen(number, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            if os.name == "posix":
                status = os.fstat(file.fileno())
                if (status.st_uid, status.st_gid) != (old.st_uid, old.st_gid):
                    os.fchown(file.fileno(), old.st_uid, old.st_gid)
                os.fchmod(file.fileno(), old.st_mode & 0o7777)
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
