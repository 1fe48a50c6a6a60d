"""The keys of a running process: loaded at the start, looked after from then on."""

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence

from accredit._guard import place_of
from accredit.errors import ConfigurationError, LifecycleError, PluginError
from accredit.keys.file import KeyFile
from accredit.keys.jose import SigningKey
from accredit.keys.place import InFile, KeyPlace
from accredit.keys.published import PublishedKey
from accredit.keys.signer import ExternalKey
from accredit.keys.signing import OurKey, SigningKeys

Report = Callable[[str, str], None]
"""Called with a stable event name and a detail for operators."""


class KeyRing:
    """Notice when the keys at `place` were changed, within `interval_s`, and never on the way of a request.

    `signers` live elsewhere: the first signs, the others are published, and so are the keys of the place, if there are
    any; none is made then. `given` replaces the place.
    """

    def __init__(
        self,
        place: KeyFile | KeyPlace,
        alg: str,
        *,
        interval_s: float,
        report: Report,
        signers: Sequence[ExternalKey] = (),
        given: SigningKeys | None = None,
    ) -> None:
        self._place = InFile(place) if isinstance(place, KeyFile) else place
        self._alg = alg
        self._interval_s = interval_s
        self._report = report
        self._signers = tuple(signers)
        self._given = given
        self._keys = given if not signers else None
        self._stamp: Hashable | None = None
        """Of the keys that were read last."""
        self._problem = ""
        """What was told last, and has not passed."""
        self._task: asyncio.Task[None] | None = None

    @property
    def keys(self) -> SigningKeys:
        """The keys of this moment."""
        if self._keys is None:
            raise LifecycleError("the keys are not loaded: open the exchange first")
        return self._keys

    @property
    def made_at(self) -> int | None:
        """When the key that signs was made, in epoch seconds; None where nobody knows."""
        return None if self._keys is None else self._place.made_at.get(self._keys.current.kid)

    @property
    def times(self) -> Mapping[str, int]:
        """When each key was made, by `kid`, in epoch seconds; without those of which nobody knows."""
        return self._place.made_at

    async def load(self) -> None:
        """Load the keys, and make them where there are none.

        Raises:
            ConfigurationError: file or signers cannot be used.
        """
        for signer in self._signers[:1]:
            await asyncio.to_thread(signer.probe)
        if self._given is not None:
            self._keys = self._joined(self._given.all)
            return
        if not self._signers:
            await self._place.make(self._alg)
        # Before reading: a change in between shows again at the next look.
        self._stamp = await self._place.stamp()
        self._keys = self._joined(await self._read() if self._stamp is not None else ())

    def watch(self) -> None:
        """Begin to look after them."""
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
        """Look at the place, and take over what has changed; tells whether something has.

        A place that cannot be used changes nothing but the log: what is known goes on signing. What is wrong there is
        told once, until it is something else, or was good in between.
        """
        try:
            changed = await self._reload()
        except ConfigurationError as exc:
            self._unusable(str(exc))
        except Exception as exc:  # whatever it is, the watch must go on
            self._unusable(place_of(exc))
        else:
            if changed:
                self._report("keys.changed", f"signs with {self.keys.current.kid}")
            return changed
        return False

    def _unusable(self, problem: str) -> None:
        if problem != self._problem:
            self._problem = problem
            self._report("keys.unusable", problem)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._interval_s)
            await self.refresh()

    async def _reload(self) -> bool:
        stamp = await self._place.stamp()
        if stamp == self._stamp:
            self._problem = ""
            return False
        if stamp is None:
            raise self._place.gone()
        keys = self._joined(await self._read())
        self._stamp, self._problem = stamp, ""  # not before: what could not be read is read at the next look
        if keys.jwks() == self.keys.jwks():
            return False
        self._keys = keys
        return True

    async def _read(self) -> Sequence[SigningKey | PublishedKey]:
        keys = await self._place.keys(self._alg)
        if not self._signers and not any(key.alg == self._alg for key in keys[-1:]):
            raise self._place.lacks(self._alg)
        return keys

    def _joined(self, keys: Sequence[OurKey]) -> SigningKeys:
        together: list[OurKey] = [*keys, *reversed(self._signers)]
        if len({key.kid for key in together}) != len(together):
            raise PluginError("two signing keys have the same kid")
        return SigningKeys(together)
