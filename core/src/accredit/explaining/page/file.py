"""One login as a file of its own, to be attached to a ticket: nothing is fetched, and nothing runs."""

from importlib.resources import files

from accredit.explaining.page.way import way
from accredit.explaining.report import Report
from accredit.web.elements import Html, document, style, style_source, tag, user_text
from accredit.web.pieces import facts, head, moment

_STYLES = (("accredit.web", "style.css"), ("accredit.explaining.page", "way.css"))


def file_of(report: Report, *, made_at: float, made_by: str, shows_email: bool = False) -> bytes:
    """Return the page. `made_at` is in epoch seconds, `made_by` a program with its version.

    `shows_email` says that the e-mail address was not masked.
    """
    css = "\n".join(files(package).joinpath(name).read_text("utf-8") for package, name in _STYLES)
    title = f"{report.connection}: {report.verdict}"
    return document(
        tag(
            "html",
            _head(title, css, made_by),
            tag(
                "body", tag("main", way(report, about=_introduction(report, made_at, made_by, shows_email=shows_email)))
            ),
            lang="en",
        )
    )


def _head(title: str, css: str, made_by: str) -> Html:
    policy = f"default-src 'none'; style-src {style_source(css)}; base-uri 'none'; form-action 'none'"
    return head(
        f"{title} – a login, explained",
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="generator", content=made_by),
        style(css),
    )


def _introduction(report: Report, made_at: float, made_by: str, *, shows_email: bool) -> list[Html]:
    address = " and the e-mail address" if shows_email else ""
    about = (
        f"In this file is no token and no secret. But it tells who the user is{address}: show it only to people who "
        "may know that."
    )
    return [
        tag("p", about, class_="about"),
        facts(
            ("Connection", user_text(report.connection)),
            ("Strategy", tag("span", user_text(report.strategy), ", ", user_text(report.brought_by))),
            ("Asked (UTC)", moment(made_at)),
            ("By", made_by),
        ),
    ]
