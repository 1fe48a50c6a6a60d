"""The page for operators names every event, every field and every reason that raises an alert."""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from tests.documents.blocks import ROOT, blocks

from accredit.audit.events import AnyEvent, Check, ExchangeEvent
from accredit.audit.trail import Trail
from accredit.cli.tools.event_names import EVENT_NAMES
from accredit.errors import ExchangeError
from accredit.exchange.exchange import Exchange
from accredit.metrics.instruments import GAUGES, INSTRUMENTS
from accredit.provider.http import ProviderCall
from accredit.settings import Settings, StorageSettings

PAGE = (ROOT / "docs/guides/operate.md").read_text("utf-8")
CORE = ROOT / "core/src/accredit"
SOURCES = [
    path
    for path in sorted(CORE.glob("**/*.py"))
    if path.relative_to(CORE).parts[0] not in {"cli", "sandbox", "testing"}
]
EVENT = re.compile(
    r"(connection|document|host|jwks|keys|limits|observer|operator|readiness|request|subject|token|tokeninfo|userinfo)\.[a-z_]+"
)
OUTCOMES = {"exchange.accepted", "exchange.refused", "exchange.limited", "exchange.failed", "exchange.abandoned"}


def named(title: str) -> set[str]:
    """Return what stands as code in the first column of the tables of a section."""
    section = re.split(r"^## ", PAGE.partition(f"## {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    cells = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def events_in_the_code() -> set[str]:
    """Return every string that has the form of an event's name."""
    nodes = (node for source in SOURCES for node in ast.walk(ast.parse(source.read_text("utf-8"))))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if EVENT.fullmatch(text)}


class Lines:
    """A logger that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def info(self, line: str) -> None:
        self.lines.append(line)

    critical = info


def test_every_event_is_described_and_no_other() -> None:
    described = {name for name in named("Other events") if EVENT.fullmatch(name)}
    # Put together from an endpoint's noun and the outcome.
    described = {
        name
        for name in described
        if not name.endswith((".refused", ".limited", ".failed", ".abandoned"))
        or name in {"cache.failed", "observer.failed", "request.failed"}
    }
    assert described == events_in_the_code()
    assert all(f"`{outcome}`" in PAGE for outcome in OUTCOMES)


def test_the_command_line_knows_every_event() -> None:
    described = {name for name in named("Other events") if re.fullmatch(r"[a-z]+\.[a-z_]+", name)}
    described.remove("events.dropped")  # by who writes the log, which is missing it
    nouns = ("token", "nonce", "revocation", "introspection", "userinfo", "tokeninfo", "notice")
    described |= {f"{noun}.{how}" for noun in nouns for how in ("limited", "failed", "abandoned")}
    assert sorted(EVENT_NAMES) == sorted(described | OUTCOMES)


def test_every_field_is_described_and_no_other() -> None:
    log = Lines()
    event = Trail().event(None)
    filled: dict[str, Any] = {name: getattr(event, name) or "x" for name in ExchangeEvent.__dataclass_fields__}
    call = ProviderCall("GET", "https://provider.example/me", 200, 1.0)
    filled |= {"checks": (Check("verify", "refused", 1.0),), "calls": (call,), "status": 200, "duration_ms": 1.0}
    filled["is_repeated"] = False  # it would not be written
    exchange = Exchange(
        Settings(issuer="https://login.example.com/", storage=StorageSettings(url="memory://")), logger=log
    )
    exchange.engine.reporter.emit(ExchangeEvent(**filled))
    written = set(json.loads(log.lines[0]))

    written.add("worker")  # by who writes the line, with several workers
    written |= {"trace_id", "span_id"}  # by who makes spans
    assert named("The audit event") == written
    assert [name for name in ExchangeEvent.__dataclass_fields__ if f"`{name}`" not in PAGE] == []
    kinds = get_args(AnyEvent)
    fields = {name for kind in kinds for name in kind.__dataclass_fields__}
    assert [name for name in fields if f"`{name}`" not in PAGE] == []


def test_the_example_is_an_event_as_it_is_written() -> None:
    [example] = [json.loads(block.code) for block in blocks("json") if block.page == "docs/guides/operate.md"]

    assert example["event"] in OUTCOMES
    assert set(example) <= named("The audit event")


def test_every_reason_for_an_alert_says_what_to_do() -> None:
    def classes(one: type[ExchangeError]) -> Iterator[type[ExchangeError]]:
        yield one
        for sub in one.__subclasses__():
            yield from classes(sub)

    # `server_error` is the root of the branch, which nobody raises.
    alerting = {one.reason for one in classes(ExchangeError) if one.alert and one.__module__ == "accredit.errors"}
    assert alerting - {"server_error"} <= named("What to alert on")


def test_every_reason_named_exists() -> None:
    def reasons(one: type[ExchangeError]) -> Iterator[str]:
        yield getattr(one, "reason", "")
        for sub in one.__subclasses__():
            yield from reasons(sub)

    assert named("What to alert on") <= set(reasons(ExchangeError))


@pytest.mark.parametrize(
    ("way", "some"),
    [("login", {"resolve_subject", "issue"}), ("identify", {"verify"}), ("refresh", {"check_refresh_token", "rotate"})],
)
def test_every_check_is_named(way: str, some: set[str]) -> None:
    tree = ast.parse((ROOT / f"core/src/accredit/exchange/{way}.py").read_text("utf-8"))
    steps = {
        ast.literal_eval(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "trail.begin"
    }
    assert some <= steps
    assert [step for step in steps if f"`{step}`" not in PAGE] == []


def test_every_metric_stands_in_its_table_as_the_code_has_it() -> None:
    section = PAGE.partition("## Metrics\n")[2].partition("\n## ")[0]
    rows = {line for line in section.splitlines() if line.startswith("| `accredit_")}
    assert rows == {
        f"| `{one.name}` | {one.kind} | {', '.join(f'`{label}`' for label in one.labels)} | {one.about} |"
        for one in INSTRUMENTS
    }
    labels = set(re.findall(r"^\| `([a-z]+)` \|", section, re.MULTILINE))
    assert labels == {label for one in INSTRUMENTS for label in one.labels}


def test_every_reading_is_named_for_who_reads_them_by_a_hook() -> None:
    guide = (
        (ROOT / "docs/guides/hooks.md").read_text("utf-8").partition("## Read the gauges\n")[2].partition("\n## ")[0]
    )
    assert {one.reading for one in GAUGES} <= set(re.findall(r"`(\w+)`", guide))


@pytest.mark.parametrize("command", ["doctor", "explain"])
def test_the_exit_codes_of_a_command_are_on_the_page(command: str) -> None:
    source = (ROOT / f"core/src/accredit/cli/commands/{command}.py").read_text("utf-8")
    [codes] = re.findall(r"Exit codes: (.+?)\n\n", source, re.DOTALL)
    for code in re.findall(r"\b[0-9]\b", codes):
        if (command, code) != ("explain", "1"):  # anything else, as everywhere
            assert re.search(rf"Exit code {code}\b|, {code} that|^\| {code} \|", PAGE, re.MULTILINE), code
