"""Values as drivers hand them over, read exactly or not at all."""

import datetime as dt
import json
import re
from typing import Any
from uuid import UUID

from accredit.importers.options import UserIds

_BARE_UUID = re.compile(r"[0-9a-f]{32}")


def exact_text(value: object) -> str | None:
    """Return an id as text, letter for letter; None for what may have lost some, as a float has."""
    if isinstance(value, str):
        return value
    if isinstance(value, UUID) or type(value) is int:  # not isinstance: True is an int
        return str(value)
    return None


def subject_id(value: object, user_ids: UserIds | None) -> str | None:
    """Return `str(user.pk)` for a user's primary key as it is stored; None where that cannot be told.

    SQLite and MySQL keep a UUID as 32 hex digits, which Django's models show with dashes.
    """
    text = exact_text(value)
    if text is None or _BARE_UUID.fullmatch(text) is None or user_ids == "text":
        return text
    return str(UUID(text)) if user_ids == "uuid" else None


def epoch_seconds(value: object) -> int | None:
    """Return a stored time in epoch seconds; one without a zone is UTC, as Django stores it with `USE_TZ`."""
    if type(value) is int:
        return value
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, dt.datetime):
        return None
    return int((value if value.tzinfo else value.replace(tzinfo=dt.UTC)).timestamp())


def is_true(value: object) -> bool:
    """Tell whether a stored flag is set: True, or 1 where a database has no such type."""
    return value is True or (type(value) is int and value == 1)


def json_value(value: object) -> Any:
    """Return what a column of JSON holds, whether the driver reads it or leaves it as text; None if it is no JSON."""
    if not isinstance(value, str | bytes):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None
