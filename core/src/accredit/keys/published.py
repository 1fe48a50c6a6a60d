"""Keys that others sign with: their public halves alone, for a node that verifies and never signs."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from accredit.errors import ConfigurationError, SignsElsewhere
from accredit.keys.jose import public_part

Fetch = Callable[[], Awaitable[bytes]]
"""Gets the published key set over the network. Whatever it raises means that it cannot be had now."""
_LARGEST = 262_144
"""Bytes of a key set."""


class PublishedKey:
    """The public half of a key that signs elsewhere.

    Raises:
        ValueError: `jwk` is no public key for one of our algorithms, or holds a private one.
    """

    def __init__(self, jwk: Mapping[str, Any]) -> None:
        self.alg, self.kid = str(jwk["alg"]), str(jwk["kid"])
        self._jwk = public_part(jwk, alg=self.alg, kid=self.kid)

    def public_jwk(self) -> dict[str, Any]:
        """Return the public half."""
        return dict(self._jwk)

    def at_hash(self, access_token: str) -> str:
        """Refuse: it signs nothing.

        Raises:
            SignsElsewhere: always.
        """
        raise SignsElsewhere

    def sign(self, claims: Mapping[str, Any], *, typ: str) -> str:
        """Refuse.

        Raises:
            SignsElsewhere: always.
        """
        raise SignsElsewhere


class PublishedKeys:
    """The key set at `source`, a file, or what `fetch` gets; then `copy` keeps the last good one, for a start without.

    It changes nothing, and makes none.
    """

    def __init__(self, source: str, *, fetch: Fetch | None = None, copy: Path | None = None) -> None:
        self._source = source
        self._fetch = fetch
        self._copy = copy
        self._content = b""
        self.made_at: Mapping[str, int] = {}
        """Nobody here knows."""

    async def stamp(self) -> Hashable | None:
        """Get the key set, and return its hash.

        Raises:
            ConfigurationError: it cannot be had, or is none.
        """
        content = await self._get()
        _keys_in(content, self._source)
        self._content = content
        return sha256(content).digest()

    async def make(self, alg: str) -> None:
        """Make nothing."""

    async def keys(self, alg: str) -> Sequence[PublishedKey]:
        """Return the keys that `stamp` has seen."""
        keys = _keys_in(self._content, self._source)
        await self._keep(self._content)
        return keys

    def gone(self) -> ConfigurationError:
        """Return what is told of a key set that was there."""
        return ConfigurationError(f"keys.published: {self._source} is gone")

    def lacks(self, alg: str) -> ConfigurationError:
        """Return what is told where others sign with another algorithm."""
        return ConfigurationError(
            f"keys.published: the keys of {self._source} do not sign with {alg}: set tokens.signing_alg as it is there"
        )

    async def _get(self) -> bytes:
        try:
            if self._fetch is None:
                return await asyncio.to_thread(_read, Path(self._source))
            return await self._fetch()
        except Exception as exc:
            why = exc.strerror if isinstance(exc, OSError) and exc.strerror else type(exc).__name__
            problem = ConfigurationError(f"keys.published: cannot get {self._source}: {why}")
            if self._content or self._copy is None:
                raise problem from exc
            try:  # at a start, while those who publish it are away
                return await asyncio.to_thread(_read, self._copy)
            except OSError:
                raise problem from exc

    async def _keep(self, content: bytes) -> None:
        if self._copy is not None:
            with suppress(OSError):  # it is a help at a later start, and no condition of this one
                await asyncio.to_thread(_write, self._copy, content)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LARGEST)


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.write_bytes(content)
    draft.replace(path)


def _keys_in(content: bytes, source: str) -> list[PublishedKey]:
    try:
        keys = [PublishedKey(jwk) for jwk in json.loads(content)["keys"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as exc:
        raise ConfigurationError(
            f"keys.published: {source} is not the key set that an Accredit publishes at /.well-known/jwks.json"
        ) from exc
    if not keys:
        raise ConfigurationError(f"keys.published: {source} holds no key")
    return keys
