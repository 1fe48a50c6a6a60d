"""Locks on what may have no row yet: one user, one identity. They are held until the transaction ends."""

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache

from django.db import connections, transaction

from accredit.contrib.django.models import Lock

_EACH = 128
"""Rows for each kind: two things that share one only wait for one another."""
_PATIENCE_S = 5.0
"""So long a thread waits for others of its process before it asks SQLite, which has a time-out of its own."""


def of_identity(namespace: str, user_id: str) -> int:
    """Return which row stands for an identity: one of those that come first, so that nobody waits in a circle."""
    return _number(namespace, user_id)


def of_subject(subject: str) -> int:
    """Return which row stands for a subject."""
    return _EACH + _number(subject)


def of_identifier(identifier: str) -> int:
    """Return which row stands for an identifier that may be used once."""
    return 2 * _EACH + _number(identifier)


@contextmanager
def locked(using: str, number: int) -> Iterator[None]:
    """Run the block in a transaction that holds a lock; what it reads is what others have left.

    Where there are no locks on rows, as in SQLite, the transaction begins with a write, and so waits for its turn: one
    that has read before would fail at its first write, if somebody else's came in between.
    """
    begins = not connections[using].in_atomic_block
    has_row_locks = connections[using].features.has_select_for_update
    with nullcontext() if has_row_locks or not begins else _turn(using), transaction.atomic(using=using):
        if begins:
            _see_what_others_leave(using)
        rows = Lock.objects.using(using)
        if not has_row_locks:
            rows.filter(pk=number).update(id=number)
        elif not rows.select_for_update().filter(pk=number):
            rows.bulk_create([Lock(id=number)], ignore_conflicts=True)
            rows.select_for_update().get(pk=number)
        yield


@contextmanager
def _turn(using: str) -> Iterator[None]:
    """Wait for the other threads of this process: SQLite does not wake who waits, he looks again after pauses.

    It keeps order only. Whoever has waited for too long goes on without it: what keeps apart is the database.
    """
    line = _line(using, os.getpid())
    has_turn = line.acquire(timeout=_PATIENCE_S)
    try:
        yield
    finally:
        if has_turn:
            line.release()


@cache
def _line(_using: str, _process: int) -> threading.Lock:
    """Return the lock of a database and a process: one that was held during a fork would stay locked in the child."""
    return threading.Lock()


def _see_what_others_leave(using: str) -> None:
    """Let each statement of a transaction that has just begun see what is committed: the project may want otherwise.

    With the snapshot of a stricter level, who has waited for a lock would not see what its holder has done.
    """
    connection = connections[using]
    if connection.vendor == "postgresql" and "isolation_level" in connection.settings_dict["OPTIONS"]:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")


def write_nothing(using: str) -> None:
    """Write what changes nothing, as durably as anything else."""
    with locked(using, 0):
        Lock.objects.using(using).filter(pk=0).update(id=0)


def _number(*parts: str) -> int:
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).digest()[0] % _EACH
