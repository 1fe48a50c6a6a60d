"""The checks in their order, with the time that each took."""

from collections.abc import Mapping, Sequence
from typing import Any

from accredit.explaining.page.share import share
from accredit.web.elements import Child, Html, tag
from accredit.web.pieces import section, state, table

_KINDS = {"passed": "good", "refused": "odd", "failed": "bad", "abandoned": "plain"}


def checks_part(checks: Sequence[Mapping[str, Any]], not_reached: Sequence[str] = ()) -> Html:
    """Return each check, and those that there would have been."""
    total = sum(check["duration_ms"] for check in checks)
    rows: list[Sequence[Child]] = []
    before = 0.0
    for check in checks:
        verdict, took = check["verdict"], check["duration_ms"]
        rows.append(
            (
                tag("code", check["name"]),
                state(verdict, _KINDS.get(verdict, "plain")),
                f"{took:,.1f} ms",
                share(before, took, total),
            )
        )
        before += took
    rows += [(tag("code", name), state("not reached", "plain"), "–", None) for name in not_reached]
    return section(
        "What was checked",
        table(
            f"{len(checks)} checks, {total:,.1f} ms",
            ("Check", "Verdict", "Took", "When"),
            rows,
            empty="It ended before the first check.",
        ),
        id_="checks",
    )
