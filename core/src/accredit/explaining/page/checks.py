"""The checks in their order, with the time that each took."""

from collections.abc import Mapping, Sequence
from typing import Any

from accredit.explaining.page.prose import prose
from accredit.explaining.page.share import share, took_ms
from accredit.explaining.page.verdict import kind_of
from accredit.explaining.words.checks import CHECKS
from accredit.web.elements import Child, Html, join, tag
from accredit.web.pieces import section, state, table


def checks_part(checks: Sequence[Mapping[str, Any]], not_reached: Sequence[str] = ()) -> Html:
    """Return each check, and those that there would have been."""
    total = sum(check["duration_ms"] for check in checks)
    rows: list[Sequence[Child]] = []
    before = 0.0
    for check in checks:
        verdict, took = check["verdict"], check["duration_ms"]
        rows.append(
            (
                _named(check["name"]),
                state(verdict, kind_of(verdict)),
                took_ms(took),
                share(before, took, total),
            )
        )
        before += took
    rows += [(_named(name), state("not reached", "plain"), None, None) for name in not_reached]
    return section(
        "What was checked",
        table(
            f"{_count(len(checks), len(checks) + len(not_reached))}, {total:,.1f} ms",
            ("Check", "Verdict", "Took", "When"),
            rows,
            empty="It ended before the first check.",
        ),
        id_="checks",
    )


def _count(reached: int, of: int) -> str:
    if reached == of:
        return f"{of} check{'' if of == 1 else 's'}"
    return f"{reached} of {of} checks {'was' if reached == 1 else 'were'} reached"


def _named(check: str) -> Child:
    asks = CHECKS.get(check)
    return join(tag("code", check), None if asks is None else (" ", tag("span", prose(asks), class_="asks")))
