"""What an operator says about one import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

UserIds = Literal["text", "uuid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What the tables cannot tell. Without `write` nothing is written."""

    write: bool = False
    connections: Mapping[str, str] = field(default_factory=dict)
    """The connection for a provider as the old package names it, where that is not clear by itself."""
    same_app: frozenset[str] = frozenset()
    """Providers whose ids are those of our connection's app, by the operator's word, where the table does not tell."""
    tables: Mapping[str, str] = field(default_factory=dict)
    """What a table is called in this database, by its usual name."""
    user_key: str = "id"
    """The primary key of the table of users."""
    user_ids: UserIds | None = None
    """Whether users' ids of 32 hex digits are UUIDs, whose dashes SQLite and MySQL do not keep, or texts."""
    refresh_ttl_s: int | None = None
    """How long refresh tokens live at the old server, in seconds; None where they never end."""
