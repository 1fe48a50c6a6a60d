"""Whose token it is, and who would be in whose place if a token of any app were let in."""

from accredit.explaining.page.audience import is_same
from accredit.explaining.report import Report
from accredit.web.elements import Child, Html, tag, user_text


def story(report: Report) -> Html | None:
    """Return it in a sentence or three; None where nobody knows whose it is."""
    if report.profile is not None:
        who = user_text(report.profile.get("name") or report.user_id or "")
        is_proven = (report.audience or {}).get("proof") != "Unbound"
        made = "it was made for your app" if is_proven else "nobody can tell for which app it was made"
        return _told("The token is of ", who, ", and ", made, ".", is_bad=False)
    if report.whose is None:
        return None
    who = user_text(report.whose["name"] or report.whose["user_id"])
    if is_same(report) is not False:
        return _told("The token is of ", who, ".", is_bad=True)
    apps = ", ".join(map(str, (report.audience or {}).get("named", ())))
    made_for = (
        ("But it was made for ", tag("bdi", apps), ", not for your app.")
        if apps
        else "But nobody can tell for which app."
    )
    return _told(
        "The token is genuine, and it is of ", who, ". ", made_for, " Had it been let in, whoever runs the app it was "
        "made for would be logged in here now as ", who, ".",
        is_bad=True,
    )  # fmt: skip


def _told(*words: Child, is_bad: bool) -> Html:
    return tag("p", *words, class_="story bad" if is_bad else "story")
