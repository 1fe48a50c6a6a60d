"""Who the user is, and from which part of the provider's answer we know each thing."""

from collections.abc import Mapping, Sequence

from accredit.explaining.page.values import written
from accredit.explaining.report import Report
from accredit.web.elements import Child, Html, join, tag, user_text
from accredit.web.pieces import facts, moment, section, table


def profile_part(report: Report) -> Html:
    """Return the claims, each with where it came from."""
    return section("The profile", _content(report), id_="profile")


def _content(report: Report) -> Child:
    if report.profile is None:
        return tag("p", "There is none: the login was not accepted.", class_="empty")
    rows = [
        (tag("code", name), user_text(written(value)), _paths(report.origins, name))
        for name, value in report.profile.items()
    ]
    return join(
        facts(
            ("User", user_text(f"{report.strategy}|{report.user_id}")),
            ("Token ends (UTC)", "not told" if report.expires_at is None else moment(report.expires_at)),
            ("Permissions", user_text(", ".join(report.permissions or ()), otherwise="none")),
        ),
        table("Claims", ("Claim", "Value", "Came from"), rows, empty="The provider tells nothing but the user's id."),
    )


def _paths(origins: Mapping[str, Sequence[str]] | None, claim: str) -> Child:
    if origins is None:
        return "not looked for"
    paths = origins.get(claim, ())
    return [[", " if number else "", tag("code", path)] for number, path in enumerate(paths)] or "the connection's own"
