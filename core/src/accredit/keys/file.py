"""The key file: a JWK Set that only its owner may read, plain or encrypted, changed in one piece or not at all."""

import json
import os
import stat
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from filelock import FileLock

from accredit.errors import ConfigurationError
from accredit.keys.jose import InvalidJwt, decrypt, encrypt
from accredit.keys.signing import SigningKeys
from accredit.keys.stored import Stored, StoredKey, check, complete, in_signing_order, missing_states
from accredit.settings.encryption_key import MAKE_A_KEY

Stamp = tuple[int, int, int]
"""What changes whenever the file does: time, inode, size."""

_CTY = "jwk-set+json"
_RESTORE = (
    "restore it from a backup; or remove it, and the next start makes new keys, "
    "with which no token issued so far can be verified"
)
_REMEDIES: Mapping[type[OSError], str] = {
    NotADirectoryError: "; change keys.path",
    PermissionError: "; run as the user that owns it, or give it to this one with chown",
}


class KeyFile:
    """The key file at `path`. All methods block; several processes may call them at once.

    With `encryption_keys` (32 bytes each) the file is encrypted under the first, and readable under each. A file that
    is plain where it should be encrypted is refused, and the other way round: neither is ever mistaken for the other.
    """

    def __init__(
        self, path: Path, *, encryption_keys: Sequence[bytes] = (), clock: Callable[[], float] = time.time
    ) -> None:
        self.path = path
        self._encryption_keys = tuple(encryption_keys)
        self._clock = clock
        self.made_at: Mapping[str, int] = {}
        """When each of the keys was made that were read last, by `kid`, in epoch seconds."""

    def stamp(self) -> Stamp | None:
        """Return the file's stamp, None where it does not exist: one system call."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise self._unusable(exc) from exc
        return status.st_mtime_ns, status.st_ino, status.st_size

    def load(self, alg: str) -> SigningKeys:
        """Return the keys, of which one signs with `alg`; whatever is missing is made, the file with it.

        A file that has a key to sign with may lie where nothing can be written.

        Raises:
            ConfigurationError: it cannot be used; the message says what to change.
        """
        keys = self.read() if self.stamp() is not None else ()
        if missing := missing_states(keys, alg):
            try:
                keys = self.change(lambda keys, now: complete(keys, alg, now=now))
            except ConfigurationError:
                if "current" in missing:
                    raise
        self.made_at = _times(keys)
        return SigningKeys(in_signing_order(keys, alg))

    def read(self) -> Stored:
        """Return what the file holds.

        Raises:
            ConfigurationError: it cannot be read, or others may read it too.
        """
        try:
            self._check_kind_and_mode()
            content = self.path.read_bytes()
        except OSError as exc:
            raise self._unusable(exc) from exc
        plain = self._decrypted(content)
        try:
            keys = check(tuple(StoredKey.of_jwk(jwk) for jwk in json.loads(plain)["keys"]))
        except (ValueError, TypeError, KeyError, RecursionError) as exc:
            raise self._no_key_file() from exc
        if not keys:
            raise ConfigurationError(f"keys.path: {self.path} holds no key; {_RESTORE}")
        self.made_at = _times(keys)
        return keys

    def change(self, step: Callable[[Stored, int], Stored]) -> Stored:
        """Replace the keys by what `step` makes of them and of the time; nobody else changes them meanwhile.

        Raises:
            ConfigurationError: by `step`, or the file cannot be read or written. It is as it was.
        """
        path = self.path.resolve()  # through a link, which must stay one
        if not path.parent.is_dir():  # the lock would make it, and a slip in the path would make new keys in silence
            raise ConfigurationError(
                f"keys.path: the folder {path.parent} does not exist; "
                "make it, or change keys.path to where the keys are"
            )
        try:
            with FileLock(f"{path}.lock"):
                before = self.read() if path.exists() else ()
                after = step(before, int(self._clock()))
                if after is not before:
                    self._write(path, after)
        except OSError as exc:
            raise self._unusable(exc) from exc
        return after

    def is_plain(self) -> bool:
        """Tell whether there is a file that is not encrypted.

        Raises:
            ConfigurationError: it cannot be read.
        """
        try:
            return self.stamp() is not None and _is_plain(self.path.read_bytes())
        except OSError as exc:
            raise self._unusable(exc) from exc

    def encrypt(self) -> bool:
        """Encrypt a file that is plain, or was encrypted under another of the keys; tells whether it was plain.

        Raises:
            ConfigurationError: there is no key to encrypt with, or the file cannot be used.
        """
        if not self._encryption_keys:
            raise ConfigurationError(f"keys.encryption_key is not set: set ACCREDIT_KEYS__ENCRYPTION_KEY; {MAKE_A_KEY}")
        path = self.path.resolve()
        try:
            self._check_kind_and_mode()
            with FileLock(f"{path}.lock"):
                was_plain = _is_plain(path.read_bytes())
                source = KeyFile(self.path, encryption_keys=() if was_plain else self._encryption_keys)
                self._write(path, source.read())
        except OSError as exc:
            raise self._unusable(exc) from exc
        return was_plain

    def _decrypted(self, content: bytes) -> bytes:
        if _is_plain(content):
            if self._encryption_keys:
                raise ConfigurationError(
                    f"keys.path: {self.path} is not encrypted, but keys.encryption_key is set; "
                    "run `accredit keys encrypt`, or unset it"
                )
            return content
        try:
            text = content.decode("ascii").strip()
        except UnicodeDecodeError:
            raise self._no_key_file() from None
        if text.count(".") != 4:
            raise self._no_key_file()
        if not self._encryption_keys:
            raise ConfigurationError(f"keys.path: {self.path} is encrypted; set ACCREDIT_KEYS__ENCRYPTION_KEY")
        for key in self._encryption_keys:
            try:
                return decrypt(text, key, cty=_CTY)
            except InvalidJwt:
                continue
        raise ConfigurationError(f"keys.path: {self.path} cannot be decrypted with keys.encryption_key")

    def _write(self, path: Path, keys: Stored) -> None:
        content = json.dumps({"keys": [one.as_jwk() for one in keys]})
        if self._encryption_keys:
            content = encrypt(content.encode(), self._encryption_keys[0], cty=_CTY)
        draft = path.with_name(f"{path.name}.new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            _keep_owner(path, draft)
        draft.replace(path)
        _sync(path.parent)

    def _check_kind_and_mode(self) -> None:
        mode = self.path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ConfigurationError(
                f"keys.path: {self.path} is a folder; name a file in it, such as {self.path / 'accredit-keys.json'}"
            )
        if not stat.S_ISREG(mode):  # reading a pipe could wait for ever, and it cannot be written anew
            raise ConfigurationError(f"keys.path: {self.path} is a pipe or a device; name a regular file")
        if os.name == "posix" and mode & 0o077:
            raise ConfigurationError(f"keys.path: others may read {self.path}; run: chmod 600 {self.path}")

    def _unusable(self, exc: OSError) -> ConfigurationError:
        remedy = _REMEDIES.get(type(exc), "")
        return ConfigurationError(f"keys.path: cannot use {self.path}: {exc.strerror}{remedy}")

    def _no_key_file(self) -> ConfigurationError:
        return ConfigurationError(f"keys.path: {self.path} is not a key file of Accredit; {_RESTORE}")


def _times(keys: Stored) -> Mapping[str, int]:
    return {one.key.kid: one.made_at for one in keys}


def _is_plain(content: bytes) -> bool:
    return content.lstrip()[:1] == b"{"


def _keep_owner(path: Path, draft: Path) -> None:
    """Let a file that root has rotated stay readable for the server."""
    status = path.stat()
    if os.name == "posix" and status.st_uid != os.geteuid():
        os.chown(draft, status.st_uid, status.st_gid)


def _sync(folder: Path) -> None:
    """Make the new name as durable as the content: tokens are about to be signed with these keys."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
