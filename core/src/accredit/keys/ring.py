"""The keys of a running process: loaded at the start, looked after from then on."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from accredit._guard import place_of
from accredit.errors import ConfigurationError, LifecycleError, PluginError
from accredit.keys.file import KeyFile, Stamp
from accredit.keys.jose import SigningKey
from accredit.keys.signer import ExternalKey
from accredit.keys.signing import SigningKeys
from accredit.keys.stored import in_signing_order

Report = Callable[[str, str], None]
"""Called with a stable event name and a detail for operators."""


class KeyRing:
    """Notice when the key file was changed, within `interval_s`, and never on the way of a request.

    `signers` live elsewhere: the first signs, the others are published, and so are the keys of the file, if there is
    one; none is made then. `given` replaces the file.
    """

    def __init__(
        self,
        file: KeyFile,
        alg: str,
        *,
        interval_s: float,
        report: Report,
        signers: Sequence[ExternalKey] = (),
        given: SigningKeys | None = None,
    ) -> None:
        self._file = file
        self._alg = alg
        self._interval_s = interval_s
        self._report = report
        self._signers = tuple(signers)
        self._given = given
        self._keys = given if not signers else None
        self._stamp: Stamp | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def keys(self) -> SigningKeys:
        """The keys of this moment."""
        if self._keys is None:
            raise LifecycleError("the keys are not loaded: open the exchange first")
        return self._keys

    @property
    def made_at(self) -> int | None:
        """When the key that signs was made, in epoch seconds; None where it is of no file."""
        return None if self._keys is None else self._file.made_at.get(self._keys.current.kid)

    @property
    def times(self) -> Mapping[str, int]:
        """When each key was made, by `kid`, in epoch seconds; without those of which nobody knows."""
        return self._file.made_at

    async def load(self) -> None:
        """Load the keys, and make them where there are none.

        Raises:
            ConfigurationError: file or signers cannot be used.
        """
        await asyncio.to_thread(self._load)

    def watch(self) -> None:
        """Begin to look after the file."""
        if self._given is None and self._task is None:
            self._task = asyncio.create_task(self._watch(), name="accredit-keys")

    async def close(self) -> None:
        """Watch no longer."""
        task, self._task = self._task, None
        try:
            if task is not None and not task.done():  # it has ended with its event loop, if that has
                task.cancel()
                await asyncio.wait([task])
        finally:
            for signer in self._signers:
                signer.close()

    async def refresh(self) -> bool:
        """Look at the file, and take over what has changed; tells whether something has.

        A file that cannot be used changes nothing but the log: what is known goes on signing.
        """
        try:
            changed = await asyncio.to_thread(self._reload)
        except ConfigurationError as exc:
            self._report("keys.unusable", str(exc))
        except Exception as exc:  # whatever it is, the watch must go on
            self._report("keys.unusable", place_of(exc))
        else:
            if changed:  # told here: who listens expects the event loop, not a thread
                self._report("keys.changed", f"signs with {self.keys.current.kid}")
            return changed
        return False

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._interval_s)
            await self.refresh()

    def _load(self) -> None:
        for signer in self._signers[:1]:
            signer.probe()
        if self._given is not None:
            self._keys = self._joined(self._given.all)
            return
        if not self._signers and self._file.stamp() is None:
            self._file.load(self._alg)
        # Before reading: a change in between shows again at the next look.
        self._stamp = self._file.stamp()
        if not self._signers:
            self._keys = self._file.load(self._alg)
        else:
            self._keys = self._joined(self._read() if self._stamp is not None else ())

    def _reload(self) -> bool:
        stamp = self._file.stamp()
        if stamp == self._stamp:
            return False
        self._stamp = stamp  # now, so that one fault is told once
        if stamp is None:
            raise ConfigurationError(f"keys.path: {self._file.path} is gone")
        keys = self._joined(self._read())
        if keys.jwks() == self.keys.jwks():
            return False
        self._keys = keys
        return True

    def _read(self) -> Sequence[SigningKey]:
        keys = in_signing_order(self._file.read(), self._alg)
        if not self._signers and (not keys or keys[-1].alg != self._alg):
            raise ConfigurationError(f"keys.path: {self._file.path} has no key for {self._alg}")
        return keys

    def _joined(self, keys: Sequence[SigningKey | ExternalKey]) -> SigningKeys:
        together = [*keys, *reversed(self._signers)]
        if len({key.kid for key in together}) != len(together):
            raise PluginError("two signing keys have the same kid")
        return SigningKeys(together)
