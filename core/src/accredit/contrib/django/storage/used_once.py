"""What is done to identifiers that may be used once, each within one transaction."""

from accredit.contrib.django.storage.locks import locked, of_identifier
from accredit.contrib.django.storage.tables import Tables
from accredit.storage import rules

_FORGOTTEN = "forgotten"
"""The row that says until when identifiers ended that are not kept any more."""


def first_use(tables: Tables, identifier: str, expires_at: int, now: float) -> bool:
    """Remember an identifier, and tell whether it is new."""
    with locked(tables.using, of_identifier(identifier)):
        known_until = _ends_at(tables, identifier)  # before the other: what is forgotten in between is in that
        is_new = rules.is_first_use(
            known_until=known_until,
            expires_at=expires_at,
            forgotten_until=_ends_at(tables, _FORGOTTEN) or 0,
            now=now,
        )
        if is_new:
            tables.rows(tables.used_once).update_or_create(identifier=identifier, defaults={"expires_at": expires_at})
        return is_new


def prune(tables: Tables, most: int, now: float) -> int:
    """Delete at most `most` identifiers that have expired long ago, note until when they ended; return how many."""
    with locked(tables.using, of_identifier(_FORGOTTEN)):
        expired = tables.rows(tables.used_once).filter(expires_at__lte=int(rules.kept_since(now)))
        old = expired.exclude(identifier=_FORGOTTEN).order_by("expires_at").values_list("pk", "expires_at")[:most]
        gone = dict(old)
        if gone:
            until = max(*gone.values(), _ends_at(tables, _FORGOTTEN) or 0)
            tables.rows(tables.used_once).update_or_create(identifier=_FORGOTTEN, defaults={"expires_at": until})
            tables.rows(tables.used_once).filter(pk__in=list(gone)).delete()
        return len(gone)


def _ends_at(tables: Tables, identifier: str) -> int | None:
    return tables.rows(tables.used_once).filter(identifier=identifier).values_list("expires_at", flat=True).first()
