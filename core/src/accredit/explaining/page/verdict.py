"""What came of it, large, and why."""

from accredit.explaining.page.audience import is_same
from accredit.explaining.report import Report
from accredit.web.elements import Child, Html, tag, user_text
from accredit.web.pieces import section, state

_KINDS = {"accepted": "good", "refused": "odd", "limited": "odd", "failed": "bad"}
_TITLES = {"accepted": "Accepted", "refused": "Refused", "limited": "Refused for now", "failed": "It failed"}


def verdict_part(report: Report) -> Html:
    """Return the verdict with its reason; of another app's token, who would be logged in by it now."""
    return section(
        _TITLES.get(report.verdict, report.verdict),
        tag(
            "p",
            state(report.verdict, _KINDS.get(report.verdict, "plain")),
            None if report.reason == "ok" else (" ", tag("code", report.reason)),
            f" after {report.duration_ms:,.1f} ms",
        ),
        tag("p", user_text(report.detail)) if report.detail else None,
        _whose(report),
        [tag("p", user_text(note), class_="about") for note in report.notes],
        id_="verdict",
    )


def _whose(report: Report) -> Child:
    if report.whose is None:
        return None
    name, user_id = report.whose["name"], report.whose["user_id"]
    who = [user_text(name), " (", user_text(user_id), ")"] if name else user_text(user_id)
    if is_same(report) is not False:
        return tag("p", "The token is of ", who, ".")
    named = (report.audience or {}).get("named", ())
    apps = tag("bdi", ", ".join(map(str, named)))
    made = ("But it was made for ", apps, ", not for your app.") if named else "But nobody can tell for which app."
    return tag(
        "p",
        "The token is genuine, and it is of ", who, ". ", made, " Had it been let in, whoever runs the app it was made "
        "for would be logged in here now as ", user_text(name or user_id), ".",
        class_="notice bad",
    )  # fmt: skip
