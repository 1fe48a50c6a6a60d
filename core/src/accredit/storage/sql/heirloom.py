"""An engine in a process that was forked: the connections in its pool are the parent's, which goes on using them.

Two processes on one connection read one another's answers. Source: SQLAlchemy, "Using Connection Pools with
Multiprocessing or os.fork()".
"""

import os

from sqlalchemy import Engine, Pool

from accredit.storage.sql import sqlite


class Heirloom:
    """The pool that an engine has in the process that makes this."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._process = os.getpid()
        self._pool: Pool = engine.pool
        self._left_behind: list[Pool] = []
        """Kept: a driver may close what it forgets, and so tell the server, to which the parent is still talking."""

    def is_inherited(self) -> bool:
        """Tell, once, whether this is another process; there the engine has a new pool from then on.

        It has one already where the host has thought of it. A database in memory was copied with its connection.
        """
        if self._process == os.getpid():
            return False
        self._process = os.getpid()
        if self._engine.pool is self._pool and not sqlite.is_shared(self._pool):
            self._left_behind.append(self._pool)
            self._engine.dispose(close=False)
        self._pool = self._engine.pool
        return True
