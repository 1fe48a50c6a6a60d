"""What follows from what is stored: pure functions, which every storage calls, and so do the steps that ask it.

A storage decides nothing by itself. It reads, asks a rule, and writes what the rule says, in one transaction. Where it
must say a rule again in words of its own, as SQLite does in a few statements, for speed, the conformance kit
(`accredit.testing.StorageConformance`) holds it to the rule.

`refresh_tokens`: what a refresh token is good for now, and which ones go. `crowding`: which session goes. `endings`:
what has overtaken a login, a link or a token. `identities`: whose an identity is. `single_use`: what was seen before.
"""

from accredit.storage.rules.crowding import is_crowded, worth_keeping
from accredit.storage.rules.endings import COMMIT_S, has_ended, is_outdated, overtaken_link, overtaken_login
from accredit.storage.rules.identities import default_subject, first_version, is_taken, outdated_by_unlinking
from accredit.storage.rules.refresh_tokens import (
    CLOCK_SKEW_S,
    RefreshTokenState,
    forgotten,
    pushed_out,
    refresh_token_state,
    rotation_of,
    state_of,
)
from accredit.storage.rules.single_use import is_first_use, kept_since

__all__ = [
    "CLOCK_SKEW_S",
    "COMMIT_S",
    "RefreshTokenState",
    "default_subject",
    "first_version",
    "forgotten",
    "has_ended",
    "is_crowded",
    "is_first_use",
    "is_outdated",
    "is_taken",
    "kept_since",
    "outdated_by_unlinking",
    "overtaken_link",
    "overtaken_login",
    "pushed_out",
    "refresh_token_state",
    "rotation_of",
    "state_of",
    "worth_keeping",
]
