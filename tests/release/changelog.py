"""The changelog signs a version off: its section stands first and has a date; nothing is left under "Unreleased"."""

import re
from datetime import date

from tests.release.projects import NotReadyError


def check_signed_off(text: str, version: str) -> date:
    """Return the day that the changelog gives this version.

    Raises NotReadyError if anything is unreleased, if the first section is another version's, if it is empty, or if its
    heading has no date, as in `## 1.2.0 - 2027-01-31`.
    """
    sections = _sections(text)
    if sections.pop("Unreleased", ""):
        raise NotReadyError(f'the changelog has lines under "Unreleased": head them with "## {version} - <date>"')
    heading, body = next(iter(sections.items()), ("none", ""))
    name, _, day = heading.partition(" - ")
    if name != version:
        raise NotReadyError(f"the first section of the changelog is {heading}: it must be that of {version}")
    if not re.search(r"^\* ", body, re.MULTILINE):
        raise NotReadyError(f"the changelog says nothing about {version}")
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise NotReadyError(f'the changelog must date {version}: "## {version} - <year>-<month>-<day>"') from None


def _sections(text: str) -> dict[str, str]:
    """Return the text below each heading of the second level, in order."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return {heading.strip(): body.strip() for heading, body in zip(parts[::2], parts[1::2], strict=True)}
