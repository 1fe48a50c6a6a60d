"""Our signing keys: made on first start, kept in one private file, stable over restarts."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock

from accredit.errors import ConfigurationError
from accredit.jose import PublicKeys, SigningKey


class SigningKeys:
    """All our keys; the last signs, every one verifies and is published."""

    def __init__(self, keys: Sequence[SigningKey]) -> None:
        self.current = keys[-1]
        self.algorithms = tuple(dict.fromkeys(key.alg for key in keys))
        self._jwks = {"keys": [key.public_jwk() for key in keys]}
        self.public = PublicKeys(self._jwks)

    def jwks(self) -> dict[str, Any]:
        """Return the JWKS to publish; it holds no private parts."""
        return self._jwks


def load_keys(path: Path, alg: str) -> SigningKeys:
    """Load the key file, and add a key for `alg` where it has none. The file is private (mode 0600) and atomic.

    Several processes may start at once: one makes the key, the others load it.

    Raises:
        ConfigurationError: the file cannot be read or written, is no key file, or others may read it.
    """
    try:
        with FileLock(f"{path}.lock"):
            keys = _read(path) if path.exists() else []
            if not any(key.alg == alg for key in keys):
                keys.append(SigningKey.generate(alg))
                _write(path, keys)
    except OSError as exc:
        raise ConfigurationError(f"keys.path: cannot use {path}: {exc.strerror}") from exc
    return SigningKeys(sorted(keys, key=lambda key: key.alg == alg))


def _read(path: Path) -> list[SigningKey]:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise ConfigurationError(f"keys.path: others may read {path}; run: chmod 600 {path}")
    try:
        return [SigningKey(jwk) for jwk in json.loads(path.read_bytes())["keys"]]
    except (ValueError, TypeError, KeyError) as exc:
        raise ConfigurationError(f"keys.path: {path} is not a key file of Accredit") from exc


def _write(path: Path, keys: Sequence[SigningKey]) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"keys": [key.private_jwk() for key in keys]}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
