"""Sign with a key that lives elsewhere: in a key management service, or in hardware. See the hook `signer`."""

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, runtime_checkable

from accredit._guard import blamed, guarded
from accredit.errors import PluginError, PluginFailed
from accredit.keys.jose import LONGEST_TOKEN, InvalidJwt, PublicKeys, SigningKey, at_hash, public_part, read_header
from accredit.keys.published import PublishedKey

__all__ = ["Signer"]
"""What hosts use; the rest is core's own."""

_MOST_AT_ONCE = 32
_TIMEOUT_S = 10.0
_PROBE: Mapping[str, Any] = {"probe": "signer"}


@runtime_checkable
class Signer(Protocol):
    """A private key of ours that somebody else keeps.

    `alg` is `RS256`, `ES256` or `EdDSA`; `kid` is stable, and unlike any other key's.
    """

    @property
    def alg(self) -> str:
        """The algorithm."""

    @property
    def kid(self) -> str:
        """The name under which the public half is published."""

    def public_jwk(self) -> Mapping[str, Any]:
        """Return the public half as a JWK. Called once, at start-up."""

    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        """Return a compact JWS with the header `alg`, `kid`, `typ`; `accredit.keys.jose.assemble` builds one.

        Called in a thread, by several at once: it may wait for a network. Whatever it raises refuses the request.
        """


class ExternalKey:
    """A `Signer`, not trusted further than its signatures go: each is verified before it leaves.

    Raises:
        PluginError: it lacks something, or what it calls its public half is none.
    """

    def __init__(self, signer: Signer, source: str) -> None:
        if not isinstance(signer, Signer):
            raise PluginError(f"{source}: hook signer returned {type(signer).__name__}, which is no Signer")
        self._signer = signer
        self._source = source
        with blamed(f"{source}: the signer's public key cannot be used", quotes=True):
            self.alg, self.kid = signer.alg, signer.kid
            self._jwk = public_part(signer.public_jwk(), alg=self.alg, kid=self.kid)
        self._public = PublicKeys({"keys": [self._jwk]})
        self._threads: ThreadPoolExecutor | None = None

    def public_jwk(self) -> dict[str, Any]:
        """Return the public half."""
        return dict(self._jwk)

    def at_hash(self, access_token: str) -> str:
        """Return the token's hash for the ID token beside it."""
        return at_hash(self.alg, access_token)

    def sign(self, claims: Mapping[str, Any], *, typ: str) -> str:
        """Let the signer sign, and verify what it returns. Blocks: see `accredit.keys.sign`.

        Raises:
            PluginFailed: it raised, or returned anything but a good signature of these claims.
        """
        try:
            with guarded(f"{self._source}: sign", allowed=InvalidJwt):
                token = self._signer.sign(claims, typ)
                good = self._public.verify(token, algorithms=[self.alg]) == json.loads(json.dumps(dict(claims)))
                good = good and read_header(token) == {"alg": self.alg, "kid": self.kid, "typ": typ}
        except InvalidJwt:
            good = False
        if not good:
            raise PluginFailed(f"{self._source}: sign returned something else than these claims, signed")
        return token

    async def sign_in_thread(self, claims: Mapping[str, Any], *, typ: str) -> str:
        """Do the same without keeping anybody else waiting."""
        loop = asyncio.get_running_loop()
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="accredit-signer")
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return await loop.run_in_executor(self._threads, lambda: self.sign(claims, typ=typ))
        except TimeoutError:
            raise PluginFailed(f"{self._source}: sign took more than {_TIMEOUT_S:.0f} s") from None

    def probe(self) -> None:
        """Sign once, so that a key we cannot use stops the start and not the first login.

        Raises:
            PluginError: it cannot be used.
        """
        try:
            self.sign(_PROBE, typ="probe+jwt")
        except PluginFailed as exc:
            raise PluginError(f"the signer cannot be used: {exc.detail}") from None

    def close(self) -> None:
        """Let go of the threads."""
        if self._threads is not None:
            threads, self._threads = self._threads, None
            threads.shutdown(wait=False, cancel_futures=True)


async def sign(key: SigningKey | ExternalKey | PublishedKey, claims: Mapping[str, Any], *, typ: str) -> str:
    """Return `claims` as a compact JWS: at once with a key of our own, in a thread with somebody else's.

    Raises:
        SignsElsewhere: only its public half is here.
        PluginFailed: the key is a plugin's, which failed; or the claims are too long. What providers say is bounded by
            `Profile`, so those of a claims hook are.
    """
    if isinstance(key, ExternalKey):
        token = await key.sign_in_thread(claims, typ=typ)
    else:
        token = key.sign(claims, typ=typ)
    if len(token) > LONGEST_TOKEN:
        raise PluginFailed(f"the claims of the hooks make a token of {len(token)} characters, over {LONGEST_TOKEN}")
    return token
