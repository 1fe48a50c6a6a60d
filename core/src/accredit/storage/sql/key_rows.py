"""What is done to the signing keys, as functions of a connection. One row holds them all, sealed.

For a database whose tables are ours. A host's own tables hold none: private keys do not belong among its models, which
its admin pages and exports show.
"""

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, Text, insert, select, update
from sqlalchemy.exc import IntegrityError

from accredit.storage.ports.keys import SealedKeys

signing_keys = Table(
    "signing_keys",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("sealed", Text, nullable=False),
)
_ID = "signing"
_COLUMNS = signing_keys.c


def version(connection: Connection) -> int:
    """Return the version, 0 where there are none."""
    found = connection.execute(select(_COLUMNS.version).where(_COLUMNS.id == _ID)).scalar()
    return 0 if found is None else int(found)


def sealed(connection: Connection) -> SealedKeys | None:
    """Return what is kept."""
    row = connection.execute(select(_COLUMNS.version, _COLUMNS.sealed).where(_COLUMNS.id == _ID)).one_or_none()
    return None if row is None else SealedKeys(int(row[0]), str(row[1]))


def replace(connection: Connection, replacement: SealedKeys) -> bool:
    """Keep `replacement`, unless the version before it is gone. The database locks the row for the others."""
    values = replacement._asdict()
    if replacement.version > 1:
        before = (_COLUMNS.id == _ID, _COLUMNS.version == replacement.version - 1)
        return connection.execute(update(signing_keys).where(*before).values(values)).rowcount == 1
    try:
        with connection.begin_nested():
            connection.execute(insert(signing_keys).values(id=_ID, **values))
    except IntegrityError:  # somebody else has just made the first ones
        return False
    return True
