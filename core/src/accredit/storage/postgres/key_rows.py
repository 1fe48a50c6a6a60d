"""What is done to the signing keys, as functions of a connection. One row holds them all, sealed."""

from sqlalchemy import Connection, text

from accredit.storage.ports.keys import SealedKeys

_LOOK = text("SELECT version, sealed FROM signing_keys WHERE id = 'signing'")
_INSERT = text(
    "INSERT INTO signing_keys (id, version, sealed) VALUES ('signing', :version, :sealed) ON CONFLICT (id) DO NOTHING"
)
_UPDATE = text(
    "UPDATE signing_keys SET version = :version, sealed = :sealed WHERE id = 'signing' AND version = :before"
)


def version(connection: Connection) -> int:
    """Return the version, 0 where there are none."""
    found = sealed(connection)
    return 0 if found is None else found.version


def sealed(connection: Connection) -> SealedKeys | None:
    """Return what is kept."""
    row = connection.execute(_LOOK).one_or_none()
    return None if row is None else SealedKeys(*row)


def replace(connection: Connection, replacement: SealedKeys) -> bool:
    """Keep `replacement`, unless the version before it is gone."""
    values = {"version": replacement.version, "sealed": replacement.sealed}
    if replacement.version == 1:
        return connection.execute(_INSERT, values).rowcount == 1
    return connection.execute(_UPDATE, {**values, "before": replacement.version - 1}).rowcount == 1
