"""Which words tell of a login that was refused."""

from accredit.errors import WrongAudience
from accredit.explaining.page.audience import is_hushed, is_same
from accredit.explaining.page.cast import Cast
from accredit.explaining.reasons import words_of
from accredit.explaining.report import Report
from accredit.explaining.words.variants import VARIANTS
from accredit.explaining.words.words import Words


def words_for(report: Report, who: Cast) -> Words | None:
    """Return those of its reason, or of what is known beside it; None for a plugin's own reason, and for no refusal."""
    if is_hushed(report, who):
        return VARIANTS["hushed_code" if who.shown == "code" else "hushed_token"]
    if report.reason == WrongAudience.reason and is_same(report):
        return VARIANTS["other_user"]
    if report.reason == WrongAudience.reason and (report.audience or {}).get("proof") == "Unbound":
        return VARIANTS["unnamed"]
    return words_of(report.reason, report.detail)
