"""What was found: good, doubtful or bad; and what to change."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One result. `about` is the connection, file or host; `change` says what to do, unless all is well."""

    status: Literal["ok", "warn", "fail"]
    check: str
    about: str
    what: str
    change: str | None = None


@dataclass(frozen=True, slots=True)
class Examiner:
    """Make the findings of one check."""

    check: str

    def ok(self, about: str, what: str) -> Finding:
        """All is well."""
        return Finding("ok", self.check, about, what)

    def warn(self, about: str, what: str, change: str) -> Finding:
        """It works, and may not for long, or not as meant."""
        return Finding("warn", self.check, about, what, change)

    def fail(self, about: str, what: str, change: str) -> Finding:
        """It does not work."""
        return Finding("fail", self.check, about, what, change)
