"""Every metric and label that a panel or a rule names is exported by a server that runs."""

import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.deploy.prometheus.expressions import Expression, everything, rules
from tests.documents.test_operate import named
from tests.environment import environment_of
from tests.examples.running import Server, started

from accredit.audit.event import Outcome
from accredit.errors import ExchangeError
from accredit.metrics.labels import answer_of

pytestmark = pytest.mark.slow

OF_PROMETHEUS = {"job", "instance"}
"""What Prometheus adds by itself."""
SETTINGS = """
issuer = "https://login.example.com/"
[connections.facebook]
app_id = "1"
app_secret = "2"
[connections.wrong]
strategy = "facebook"
app_id = "1"
app_secret = "2"
[clients.my-app]
connections = ["facebook", "wrong"]
[limits]
subject = "3/minute"
[metrics]
enabled = true
port = 0
"""


def said(server: Server, pattern: str) -> str:
    """Return what a server tells of itself as it begins."""
    deadline = time.monotonic() + 60
    while not (found := re.search(pattern, server.output)):
        assert time.monotonic() < deadline, server.output
        time.sleep(0.01)
    return found[1]


@pytest.fixture(scope="module")
def page(connections: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the metrics of a server to which everything has happened that is counted."""
    folder: Path = tmp_path_factory.mktemp("exported")
    (folder / "accredit.toml").write_text(SETTINGS, "utf-8")
    facebook = connections["facebook"]
    variables = environment_of({"facebook": facebook, "wrong": {**facebook, "app_secret": "0123456789abcdef" * 2}})
    with started("accredit serve --config accredit.toml", folder, **variables) as server:
        url = said(server, r"listening on (http://\S+),")
        good = {"client_id": "my-app", "connection": "facebook", "access_token": "EAAsim-good-ada"}
        body = {**good, "scope": "openid offline_access"}
        changes: list[dict[str, str]] = [{}, {}, {}, {}, {"access_token": "stale"}, {"connection": "wrong"}]
        with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
            statuses = [client.post("/oauth/access_token", json={**body, **change}).status_code for change in changes]
            form = "client_id=my-app&connection=facebook&access_token=EAAsim-good-ada"
            client.post("/oauth/access_token", content=form, headers={"Content-Type": "application/json"})
        assert statuses == [200, 200, 200, 429, 401, 500]
        return httpx.get(said(server, r"metrics at (\S+)"), trust_env=False).text


@pytest.fixture(scope="module")
def exported(page: str) -> Mapping[str, set[str]]:
    """Return the metrics, each with its labels."""
    found: dict[str, set[str]] = defaultdict(set)
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found[sample.name] |= sample.labels.keys()
    return found


def _recorded() -> set[str]:
    return {rule["record"] for rule in rules() if "record" in rule}


@pytest.mark.parametrize("expression", everything(), ids=lambda one: one.place)
def test_what_a_panel_or_a_rule_names_is_exported(expression: Expression, exported: Mapping[str, set[str]]) -> None:
    known = {**exported, **{name: set[str]() for name in _recorded()}, "up": set()}
    assert expression.metrics
    assert expression.metrics <= known.keys()
    labels = set().union(*(known[metric] for metric in expression.metrics)) | OF_PROMETHEUS
    assert expression.grouped <= labels
    for metric, label, _ in expression.matchers:
        assert label in known[metric] | OF_PROMETHEUS


def test_every_metric_of_ours_is_in_a_panel(exported: Mapping[str, set[str]]) -> None:
    shown = set().union(*(expression.metrics for expression in everything() if expression.place.startswith("panel")))
    ends = r"_(bucket|count|sum)$"
    ours = {re.sub(ends, "", name) for name in exported if re.match(r"accredit_.+(?<!_created)$", name)}
    assert ours <= {re.sub(ends, "", name) for name in shown}


def _reasons(one: type[ExchangeError]) -> Iterator[str]:
    yield getattr(one, "reason", "")
    for sub in one.__subclasses__():
        yield from _reasons(sub)


VALUES: dict[str, set[str]] = {
    "reason": set(_reasons(ExchangeError)),
    "event": named("Other events"),
    "outcome": set(get_args(Outcome)),
    "request": {"exchange", "refresh"},
    "answer": {answer_of(status) for status in (200, 300, 400, 500, None)},
    "job": {"accredit", "$job"},
    "connection": {"$connection"},
}
"""What the labels may hold that are chosen by."""


@pytest.mark.parametrize("expression", everything(), ids=lambda one: one.place)
def test_each_value_that_is_chosen_by_is_one_that_there_is(expression: Expression) -> None:
    for _, label, value in expression.matchers:
        assert set(value.split("|")) <= VALUES[label]
