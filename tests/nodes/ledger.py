"""What was given to people beside what stands in the database: nothing may be lost, and nothing doubled."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString

from tests.faults.moody import facts
from tests.nodes.people import Account

from accredit.tokens.refresh_token import hash_token, session_id_of

TOKENS: LiteralString = "SELECT token_hash, session_id FROM refresh_tokens"
SESSIONS: LiteralString = "SELECT id, subject FROM sessions"
IDENTITIES: LiteralString = "SELECT subject FROM identities"

_Rows = Sequence[tuple[Any, ...]]


@dataclass
class Verdict:
    """What is wrong, one sentence each."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Ledger:
    """The rows of a moment."""

    tokens: frozenset[str]
    """The hashes of all refresh tokens."""
    sessions: frozenset[str]
    tokens_of: Mapping[str, int]
    """How many refresh tokens a subject has."""
    identities_of: Mapping[str, int]
    """How many identities a subject has."""

    @classmethod
    def of(cls, tokens: _Rows, sessions: _Rows, identities: _Rows) -> "Ledger":
        """Make it of what `TOKENS`, `SESSIONS` and `IDENTITIES` return."""
        subjects: dict[str, str] = dict(sessions)
        return cls(
            frozenset(token_hash for token_hash, _ in tokens),
            frozenset(subjects),
            Counter(subjects[session] for _, session in tokens if session in subjects),
            Counter(subject for (subject,) in identities),
        )

    def judge(self, accounts: Sequence[Account]) -> Verdict:
        """Compare with what people know."""
        verdict = Verdict()
        for account in accounts:
            subject = subject_of(account.number)
            for token in account.tokens:
                if hash_token(token) not in self.tokens or session_id_of(token) not in self.sessions:
                    verdict.lost.append(f"{subject}: a refresh token")
            # Each attempt makes one refresh token; one that was not answered well may have made one.
            stored, most = self.tokens_of.get(subject, 0), len(account.tokens) + account.unclear
            if stored > most:
                verdict.doubled.append(f"{subject}: {stored} refresh tokens after {most} attempts")
            identities = self.identities_of.get(subject, 0)
            if identities > 1 or (account.tokens and not identities):
                verdict.doubled.append(f"{subject}: {identities} identities")
        return verdict


def subject_of(number: int) -> str:
    """Return the `sub` of a user of the steady provider."""
    return f"steady|{user_id_of(number)}"


def user_id_of(number: int) -> str:
    """Return what the provider calls a user."""
    return str(facts(number, is_inspection=False)["id"])
