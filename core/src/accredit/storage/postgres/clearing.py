"""What is over is deleted by one node at a time: two would only wait for one another's rows."""

from typing import Any

from sqlalchemy import Connection

from accredit.storage.postgres.driver import fetch
from accredit.storage.sql import locks
from accredit.storage.sql.batches import Piece

_NAME = "clearing"
_TRY = "SELECT pg_try_advisory_xact_lock($1::bigint)"


def on_one_node(piece: Piece, connection: Connection) -> Any:
    """Delete some of what is over; while another node is at it do nothing, and return 0."""
    [number] = locks.numbers_of([_NAME])
    [(is_free,)] = fetch(connection, _TRY, number)
    return piece.work(connection) if is_free and callable(piece.work) else 0
