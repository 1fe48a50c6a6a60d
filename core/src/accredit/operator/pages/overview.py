"""How logins go at this moment, of all connections and all workers."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlencode

from accredit.operator.layout import shell
from accredit.operator.pages.events import reason_of
from accredit.operator.sessions import SignedIn
from accredit.operator.view.latency import quantile
from accredit.operator.view.seen import Seen
from accredit.operator.view.snapshot import Snapshot, Worker
from accredit.operator.view.windows import WINDOWS, Window
from accredit.web.elements import Child, Html, join, tag, user_text
from accredit.web.pieces import facts, moment, section, state, table

OUTCOMES = ("accepted", "refused", "limited", "failed", "abandoned")
SILENT_S = 10
"""A worker that has said nothing for so long may hang."""
_COLUMNS = ("Last minute", "15 minutes", "Hour")
_MOST_ROWS = 100


def overview(now: Snapshot, *, at: float, connections: Sequence[str], signed_in: SignedIn) -> Html:
    """Return the page. `at` is the time, in epoch seconds; `connections` are those that are configured."""
    names = [*connections, *sorted(set(_connections_of(now)) - {*connections, ""}), ""]
    bar = tag(
        "div",
        tag("a", "Refresh", href="./", class_="button quiet"),
        tag("button", "Pause", type="button", id="pause", class_="quiet", hidden=True),
        tag("span", "As of ", moment(at), " UTC", id="as-of", data_live=True),
        class_="bar",
    )
    return shell(
        "Overview",
        tag("h1", "Overview"),
        bar,
        tag("p", id="trouble", role="alert"),
        tag("p", _summary(now), id="summary", role="status", aria_live="polite", data_live=True),
        _live("requests", "Requests", _requests(now, names)),
        _live(
            "reasons",
            "Why not",
            _reasons(now),
            tag("p", tag("a", "The last of them, check by check", href="refusals")),
        ),
        _live("providers", "Providers", _providers(now, names[:-1])),
        _live("others", "What else has happened", _others(now.others, is_one=len(now.workers) == 1)),
        _live("logins", "Latest logins", _logins(now.logins)),
        _live("server", "This server", _server(now), _workers(now.workers, at)),
        at="./",
        signed_in=signed_in,
        is_live=True,
    )


def _live(id_: str, title: str, *content: Child) -> Html:
    return section(title, tag("div", *content, id=f"{id_}-live", data_live=True), id_=id_)


def _connections_of(now: Snapshot) -> Iterator[str]:
    return (key[1] for counts in now.sums.values() for key in counts if key[0] not in {"limit", "alert"})


def _summary(now: Snapshot) -> Child:
    """Return a sentence that changes rarely: it is read out whenever it does."""
    down = sorted(one.connection for one in now.readings if one.name == "circuit_open" and one.value)
    parts: list[Child] = []
    if down:
        parts += [state("Down", "bad"), f" {', '.join(down)}: asked now and then. "]
    if any(one.name == "cache_away" and one.value for one in now.readings):
        parts += [state("Away", "bad"), " what nodes share: each goes on by itself. "]
    parts += _alerts(now.sums["hour"])
    return parts or [state("Calm", "good"), " Every provider is asked, and there was no alert in the last hour."]


def _alerts(counts: Counter[tuple[str, ...]]) -> list[Child]:
    """Return which there were, with the ways to where they stand; nothing where there was none."""
    names = sorted(key[1] for key in counts if key[0] == "alert")
    if not names:
        return []
    total = sum(counts[("alert", name)] for name in names)
    told = [[", " if number else "", tag("code", name)] for number, name in enumerate(names)]
    ways = (tag("a", "the refusals", href="refusals"), " and ", tag("a", "the other events", href="#others"))
    return [state("Alerts", "bad"), f" {total:,} in the last hour: ", told, ". Look at ", ways, "."]


def _requests(now: Snapshot, names: Sequence[str]) -> Html:
    rows = [
        (user_text(name, otherwise="no connection"), *(_outcomes(now.sums[one.name], name) for one in WINDOWS))
        for name in names
        if name or any(now.sums[one.name][("request", "", outcome)] for one in WINDOWS for outcome in OUTCOMES)
    ]
    rows.append(("all", *(_rate(now.sums[one.name], one) for one in WINDOWS)))
    return table("Requests by connection", ("Connection", *_COLUMNS), rows, empty="No connection is configured.")


def _rate(counts: Counter[tuple[str, ...]], window: Window) -> str:
    total = sum(count for key, count in counts.items() if key[0] == "request")
    rate = total / (window.parts * window.part_s)
    return f"{rate:,.1f} a second" if rate >= 10 else f"{rate:.2f} a second"


def _outcomes(counts: Counter[tuple[str, ...]], connection: str) -> Child:
    found = [(counts[("request", connection, outcome)], outcome) for outcome in OUTCOMES]
    parts = [tag("span", f"{count:,} {outcome}", class_=f"part {outcome}") for count, outcome in found if count]
    return join(parts) if parts else tag("span", "none", class_="part")


def _reasons(now: Snapshot) -> Html:
    hour = now.sums["hour"]
    keys = sorted((key for key in hour if key[0] == "reason"), key=lambda key: (-hour[key], key))[:_MOST_ROWS]
    rows = [
        (
            tag("code", key[2]),
            user_text(key[1], otherwise="no connection"),
            *(f"{now.sums[one.name][key]:,}" for one in WINDOWS),
        )
        for key in keys
    ]
    return table(
        "Requests that were not accepted, by reason",
        ("Reason", "Connection", *_COLUMNS),
        rows,
        numbers_from=2,
        empty="In the last hour every request was accepted.",
    )


def _providers(now: Snapshot, names: Iterable[str]) -> Html:
    levels = {(one.name, one.connection): one.value for one in now.readings}
    quarter = now.sums["quarter"]
    rows = []
    for name in names:
        calls = {key[2]: count for key, count in quarter.items() if key[0] == "call" and key[1] == name}
        is_down = levels.get(("circuit_open", name), 0)
        rows.append(
            (
                user_text(name),
                state("down, asked now and then", "bad") if is_down else state("up", "good"),
                f"{levels.get(('provider_in_flight', name), 0):,.0f}",
                f"{sum(calls.values()):,}",
                f"{quarter[('unanswered', name)]:,}",
                quantile(calls, 0.5) or "–",
                quantile(calls, 0.95) or "–",
                _asked(quarter, name),
            )
        )
    columns = ("Connection", "State", "Waiting now", "Calls", "No answer", "Half within", "95 % within", "From memory")
    caption = "Calls to providers in the last 15 minutes"
    return table(caption, columns, rows, numbers_from=2, empty="No connection is configured.")


def _asked(counts: Counter[tuple[str, ...]], name: str) -> str:
    """Return the share of logins for which nobody had to be asked: the cache knew, or another asked at that moment."""
    found = {by: counts[("verified", name, by)] for by in ("provider", "flight", "cache")}
    total = sum(found.values())
    return f"{100 * (total - found['provider']) / total:.0f} %" if total else "–"


def _logins(logins: Iterable[Seen]) -> Html:
    rows = [
        (
            moment(one.at),
            subject_link(one.subject) if one.subject else "–",
            user_text(one.connection),
            user_text(one.client_id),
            f"{one.duration_ms:,.1f} ms",
        )
        for one in logins
    ]
    columns = ("Time (UTC)", "Subject", "Connection", "Client", "Took")
    return table("The latest accepted logins", columns, rows, numbers_from=4, empty="Nobody has logged in yet.")


def _others(others: Iterable[Seen], *, is_one: bool) -> Html:
    rows: list[Sequence[Child]] = [
        (
            moment(one.at),
            join(state("Alert", "bad") if one.is_alert else None, " ", tag("code", one.name)),
            _about(one),
            reason_of(one),
            one.by or "–",
            str(one.worker),
        )
        for one in others
    ]
    columns: Sequence[str] = ("Time (UTC)", "Event", "About", "Detail", "By", "Worker")
    if is_one:
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return table("Alerts, warnings, and what became of subjects", columns, rows, empty="Nothing else has happened.")


def _about(one: Seen) -> Child:
    return subject_link(one.subject) if one.subject else user_text(one.connection)


def subject_link(subject: str) -> Html:
    """Return the way to a subject."""
    return tag("a", user_text(subject), href=f"subject?{urlencode({'subject': subject})}")


_NAMES = {
    "in_flight": "Requests in flight",
    "turned_away": "Turned away at the door, since the start",
    "storage_queue": "Changes that wait for storage",
    "storage_commits": "Transactions, since the start",
    "storage_changes": "Changes stored, since the start",
    "storage_pool_size": "Connections to the database",
    "storage_pool_in_use": "Those of them in use",
    "audit_queue": "Events that wait for the audit table",
    "audit_rows": "Rows of the audit table, since the start",
    "audit_rows_lost": "Events lost to the audit table, since the start",
    "cache_away": "What nodes share",
    "cache_failures": "How often that was found away, since the start",
    "cache_values_rejected": "Values in it that no node has written, since the start",
    "signing_key_age_s": "Age of the key that signs",
}


def _server(now: Snapshot) -> Html:
    read: dict[str, float] = {}
    for one in now.readings:
        if not one.connection:
            read[one.name] = read.get(one.name, 0) + one.value
    known = [*(name for name in _NAMES if name in read), *sorted(read.keys() - _NAMES.keys())]
    limits = sorted(key[1] for key in now.sums["hour"] if key[0] == "limit")
    hits = [f"{name}: {now.sums['hour'][('limit', name)]:,}" for name in limits]
    return facts(
        *((_NAMES.get(name, name), _value(name, read[name])) for name in known),
        ("Limits hit in the last hour", ", ".join(hits) or "none"),
    )


def _value(name: str, value: float) -> Child:
    if name == "cache_away":
        return state("away", "bad") if value else state("there", "good")
    return f"{value / 86_400:,.1f} days" if name == "signing_key_age_s" else f"{value:,.0f}"


def _workers(workers: Sequence[Worker], at: float) -> Html:
    rows = []
    for one in workers:
        is_silent = at - one.at > SILENT_S
        word = state(f"silent for {at - one.at:,.0f} s", "bad") if is_silent else state("serving", "good")
        rows.append((str(one.number or 1), str(one.pid), moment(one.since), word))
    return table("Processes that serve", ("Worker", "Process", "Since (UTC)", "State"), rows, empty="")
