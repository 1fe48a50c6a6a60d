"""Write the gallery of our strategies: `docs/providers`, and the list of them that core carries.

What a strategy accepts, reads and does is read from its class; which proofs it gives, and whether it binds a nonce,
from what the conformance kit has seen; what can go wrong from that section of its README. A run of the kit is kept by
strategy in `docs/providers/reports`::

    python -m docs.gallery report.json

takes in what `pytest --conformance-report report.json` has written. Its date is the day on which anything else in the
report has changed.
"""

import datetime as dt
import importlib.metadata
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from docs.markdown import cell, code, table

from accredit.plugins import installed_entry_points
from accredit.strategy import Strategy

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/providers/index.md"
REPORTS = ROOT / "docs/providers/reports"
LISTS = (ROOT / "docs/providers/connections.json", ROOT / "core/src/accredit/plugins/published.json")
"""One text at two places: the site serves the one, core's wheel holds the other."""
BEGIN, END = "<!-- gallery -->\n", "<!-- end of gallery -->"
KINDS = {
    "access_token": "access token",
    "id_token": "ID token",
    "code": "code",
    "signed_payload": "signed payload",
}
"""The kinds of credentials, in the order in which they are told."""
PROOFS = {
    "AppBound": "the provider says for which app it is",
    "JwtAudience": "`aud` names our app",
    "SignedByUs": "the provider takes it under our signature alone",
    "CodeExchanged": "the provider exchanges it for our app alone",
    "Unbound": "nothing binds it, so it is refused without `accept_unbound_tokens = true`",
}
USER_IDS = {
    "global": "one user has one id in all apps",
    "app": "another app sees another id of the same user",
    "issuer": "an id means one user of one issuer",
}
PKCE = {
    "required": "a code needs its verifier, unless `require_pkce = false`",
    "optional": "a code may come with its verifier",
    "none": "the provider takes no verifier with a code",
}


def ours() -> list[type[Strategy[Any]]]:
    """Return the strategies of the plugins of this repository, by name."""
    folders = {path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml")}
    modules = {entry.name: entry.load() for entry in installed_entry_points() if entry.name in folders}
    return [one for _, module in sorted(modules.items()) for one in module.strategies()]


def write() -> None:
    """Write the page and both lists anew."""
    PAGE.write_text(page(), "utf-8")
    for path in LISTS:
        path.write_text(as_list(), "utf-8")


def as_list() -> str:
    """Return all strategies as JSON; `docs/providers/index.md` says what is in it."""
    return _json({"format": 1, "strategies": [entry_of(one) for one in ours()]})


def page() -> str:
    """Return the page: what is written by hand stays, what stands between the marks is made."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    return f"{before}{BEGIN}\n" + "\n\n".join(_parts()) + f"\n\n{END}{rest.partition(END)[2]}"


def entry_of(strategy: type[Strategy[Any]]) -> dict[str, Any]:
    """Return what the list says of one strategy."""
    name = strategy.name
    distribution = importlib.metadata.distribution(f"accredit-{name}")
    report = stored(name)
    accepted = report.get("accepted", [])
    module = sys.modules[strategy.__module__.partition(".")[0]]
    return {
        "strategy": name,
        "provider": (module.__doc__ or "").partition(" for Accredit")[0],
        "distribution": distribution.name,
        "accepts": [kind for kind in KINDS if kind in strategy.accepts],
        "proofs": [{name: one[name] for name in ("credential", "proof", "nonce")} for one in accepted],
        "pkce": _pkce(strategy, accepted),
        "reads": sorted(strategy.reads),
        "token_types": dict(sorted(strategy.token_types.items())),
        "user_ids": strategy.user_id_scope,
        "traits": sorted(strategy.traits),
        "notices": strategy.read_notice is not Strategy.read_notice,
        "revokes": strategy.revoke is not Strategy.revoke,
        "checks_credentials": strategy.check_credentials is not Strategy.check_credentials,
        "can_go_wrong": can_go_wrong(name),
        "conformance": _conformance(report),
    }


def can_go_wrong(name: str) -> str:
    """Return the first paragraph of that section of a plugin's README, as one line; empty where it has none."""
    readme = (ROOT / "plugins" / name / "README.md").read_text("utf-8")
    return " ".join(readme.partition("\n## What can go wrong\n\n")[2].partition("\n\n")[0].split())


def stored(name: str) -> dict[str, Any]:
    """Return the report that is kept of a strategy; empty where there is none."""
    path = REPORTS / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found


def kept(report: Mapping[str, Any], kit: str) -> dict[str, Any]:
    """Return what is kept of one strategy's part of the kit's report, without a date."""
    return {
        "strategy": report["strategy"],
        "source": report["source"],
        "kit": kit,
        "level": report["level"],
        "accepted": report["accepted"],
        "checks": {one["name"]: _status(one) for one in report["checks"]},
    }


def outdated(document: Mapping[str, Any]) -> list[str]:
    """Name the strategies of whose checks a whole run has found something else than what is kept."""
    found = []
    for name, report in _of_ours(document):
        before = stored(name)
        before.pop("date", None)
        if _is_whole(report) and before != kept(report, document["kit"]):
            found.append(name)
    return found


def take_in(document: Mapping[str, Any], today: dt.date) -> None:
    """Keep a run of the kit, with today's date where it has found something else than before.

    Raises:
        SystemExit: a check was not run.
    """
    for name, report in _of_ours(document):
        if not _is_whole(report):
            raise SystemExit(f"{name}: not every check was run")
        if outdated({**document, "strategies": [report]}):
            dated = {"date": today.isoformat(), **kept(report, document["kit"])}
            (REPORTS / f"{name}.json").write_text(_json(dated), "utf-8")


def _of_ours(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the reports of the classes that stand in our plugins' folders; other tests have suites of their own."""
    for report in document["strategies"]:
        name = report["strategy"]
        if report["class"].startswith(f"plugins/{name}/"):
            yield name, report


def _is_whole(report: Mapping[str, Any]) -> bool:
    """Tell whether every check was run; the level does not: one that has failed comes before those not run."""
    return all(one["status"] != "not run" for one in report["checks"])


def _status(check: Mapping[str, Any]) -> str:
    return f"{check['status']}: {check['reason']}" if "reason" in check else str(check["status"])


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _pkce(strategy: type[Strategy[Any]], accepted: Iterable[Mapping[str, Any]]) -> str | None:
    if "code" in strategy.accepts and strategy.supports_pkce:
        return "required"
    seen = [one["pkce"] for one in accepted if one["credential"] == "code"]
    return ("optional" if any(seen) else "none") if seen else None


def _conformance(report: Mapping[str, Any]) -> dict[str, Any] | None:
    if not report:
        return None
    statuses = [status.partition(":")[0] for status in report["checks"].values()]
    return {
        "level": report["level"],
        "date": report["date"],
        "source": report["source"],
        "kit": report["kit"],
        "passed": statuses.count("passed"),
        "not_applicable": statuses.count("not applicable"),
        "report": f"reports/{report['strategy']}.json",
    }


def _parts() -> Iterator[str]:
    entries = [entry_of(one) for one in ours()]
    head = ("provider", "strategy", "accepts", "notices", "revokes", "conformance")
    yield table(head, [_row(one) for one in entries])
    for one in entries:
        yield from _section(one)


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    report = one["conformance"]
    return (
        f"[{one['provider']}](#{_anchor(one['provider'])})",
        code(one["strategy"]),
        ", ".join(KINDS[kind] for kind in one["accepts"]),
        "yes" if one["notices"] else "no",
        "yes" if one["revokes"] else "no",
        f"{report['level']}, {report['date']}" if report else "not run",
    )


def _anchor(heading: str) -> str:
    """Return a heading's address in its page, as MyST and the hosts of repositories make it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _section(one: Mapping[str, Any]) -> Iterator[str]:
    name, report = one["strategy"], one["conformance"]
    yield f"## {one['provider']}"
    yield f"`pip install {one['distribution']}` · [settings, claims, refusals](../reference/connections/{name}.md)"
    lines = [f"* **{KINDS[kind][0].upper()}{KINDS[kind][1:]}**: {_bound(one, kind)}" for kind in one["accepts"]]
    if one["pkce"] is not None:
        lines.append(f"* **PKCE**: {PKCE[one['pkce']]}.")
    if one["reads"]:
        lines.append(f"* **Reads** besides: {', '.join(map(code, one['reads']))}.")
    lines.append(f"* **User ids**: {USER_IDS[one['user_ids']]}.")
    lines.append(f"* **Can go wrong**: {cell(one['can_go_wrong']) or '–'}")
    if report:
        told = f"{report['level']}, {report['passed']} checks passed, {report['not_applicable']} not applicable"
        lines.append(f"* **Conformance**: {told}. [Report of {report['date']}]({report['report']}).")
    yield "\n".join(lines)


def _bound(one: Mapping[str, Any], kind: str) -> str:
    rows = [row for row in one["proofs"] if row["credential"] == kind]
    nonce = ", and a nonce is bound"
    proofs = [f"{PROOFS[row['proof']]}{nonce if row['nonce'] else ''} ({code(row['proof'])})" for row in rows]
    return f"{'; or '.join(proofs) or 'the kit has seen none yet'}."


if __name__ == "__main__":
    take_in(json.loads(Path(sys.argv[1]).read_text("utf-8")), dt.datetime.now(dt.UTC).date())
    write()
