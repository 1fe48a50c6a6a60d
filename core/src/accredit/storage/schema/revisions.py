"""The revisions in numbers: what may the code do with a database that it finds?

Each revision says with `runs_with` the oldest one whose code may run on it: an additive revision names an older one. It
is kept beside the number, in `alembic_version.runs_with`, because the older code does not know the newer revision. So
servers of both versions share a database while one replaces the other.
"""

from dataclasses import dataclass

HEAD = "0006"
"""The newest revision in `accredit.storage.migrations.versions`."""


@dataclass(frozen=True)
class Found:
    """What a database says of itself: its revision, None where it is empty, and the oldest code that may run on it."""

    revision: str | None
    runs_with: str | None = None

    @property
    def is_current(self) -> bool:
        """Tell whether nothing is to be done: it is ours, or a newer one that lets ours run."""
        return self.revision == HEAD or (self.is_newer and self.runs_with is not None and self.runs_with <= HEAD)

    def is_at(self, revision: str) -> bool:
        """Tell whether nothing is to be done to reach `revision`: it is there, or beyond."""
        return self.revision is not None and self.revision >= revision

    @property
    def is_newer(self) -> bool:
        """Tell whether a newer Accredit has upgraded it."""
        return self.is_ours and self.revision is not None and self.revision > HEAD

    @property
    def is_ours(self) -> bool:
        """Tell whether the revision is one of Accredit's, which are four digits, and not another program's."""
        return self.revision is None or (len(self.revision) == len(HEAD) and self.revision.isdecimal())
