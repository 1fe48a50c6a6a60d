"""Which delivery of a notice is to be carried out: the first, or one that comes while nobody knows that it was done."""

import hashlib

from accredit.errors import StorageFailed
from accredit.storage.ports.replay import ReplayStore

MOST_DELIVERIES = 8
"""Of one notice that may be carried out: the first, and what a provider sends again after failures of ours."""


class Delivery:
    """One delivery of a notice, to be carried out."""

    def __init__(self, store: ReplayStore, name: str, expires_at: int) -> None:
        self._store = store
        self._name = name
        self._expires_at = expires_at

    async def done(self) -> None:
        """Remember that it was carried out.

        Raises:
            StorageFailed: it is not remembered.
        """
        await self._store.first_use(f"{self._name} done", self._expires_at)


async def claim(store: ReplayStore, *, connection: str, notice_id: str, expires_at: int) -> Delivery | None:
    """Claim a delivery of a notice; None where it is a replay, which must have no effect.

    The store can only tell first uses from others, so that each delivery has a number, and a name under which it is
    remembered that it was carried out. That is asked once alone, by the delivery after it, since asking remembers it.
    What was carried out already is remembered of a replay as well, for the one that follows. Two deliveries at the same
    moment are both carried out: as long as the first has not ended, it may yet fail.

    Raises:
        StorageFailed: nobody can tell; or no delivery is known to have been carried out, and there were as many as may
            be: that is told once, for an operator has to look.
    """
    digest = hashlib.sha256(f"{len(connection)}:{connection}{notice_id}".encode()).hexdigest()
    before: Delivery | None = None
    for number in range(MOST_DELIVERIES):
        name = f"notice {digest} {number}"
        delivery = Delivery(store, name, expires_at)
        if await store.first_use(name, expires_at):
            if before is None or await store.first_use(f"{before._name} done", expires_at):
                return delivery
            await delivery.done()
            return None
        before = delivery
    if before is not None and await store.first_use(f"{before._name} done", expires_at):
        raise StorageFailed(f"given up: none of {MOST_DELIVERIES} deliveries of a notice is known to be carried out")
    return None
