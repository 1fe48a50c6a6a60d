"""Each reason for which a request is refused or fails, in plain words."""

from collections.abc import Mapping
from types import MappingProxyType

from accredit.explaining.words.apps import APPS
from accredit.explaining.words.cases import CASES
from accredit.explaining.words.credentials import CREDENTIALS
from accredit.explaining.words.ours import TOKENS
from accredit.explaining.words.outages import OUTAGES
from accredit.explaining.words.people import PEOPLE
from accredit.explaining.words.requests import REQUESTS
from accredit.explaining.words.words import Words

REASONS: Mapping[str, Words] = MappingProxyType(CREDENTIALS | PEOPLE | TOKENS | APPS | REQUESTS | OUTAGES)
"""By the `reason` of the error, as it stands in the audit event; a plugin may have reasons of its own beside them."""


def words_of(reason: str, detail: str) -> Words | None:
    """Return the words of what an event says: of the case, where its detail tells that; None for a plugin's own."""
    return CASES.get((reason, detail)) or REASONS.get(reason)
