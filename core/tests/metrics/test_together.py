"""Metrics of a host that has several processes: each counts in a file, and one page shows all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from accredit.metrics import Metrics
from accredit.metrics.page import Page
from accredit.metrics.together import has_ended

pytestmark = pytest.mark.slow

COUNTS = """
import sys
from accredit.audit.events import ExchangeEvent
from accredit.audit.readings import Reading
from accredit.metrics import Metrics
from accredit.metrics.together import count_together
from accredit.storage import Commit
if len(sys.argv) > 1:
    count_together(sys.argv[1], int(sys.argv[2]))
metrics = Metrics(None)
readings = lambda: [Reading("in_flight", 3), Reading("storage_commits", 5), Reading("signing_key_age_s", 7)]
metrics.measure(readings)
for _ in range(2):
    metrics._count_commit(Commit(0.0, 0.01, 1, "sqlite"))
for _ in range(2):
    metrics.observe(ExchangeEvent(outcome="accepted", status=200, connection="acme", scopes=("openid",)))
metrics.refresh()
"""


def count(*arguments: str, folder: Path | None = None) -> None:
    """Run one process that counts two logins."""
    env = {**os.environ, **({} if folder is None else {"PROMETHEUS_MULTIPROC_DIR": str(folder)})}
    subprocess.run([sys.executable, "-c", COUNTS, *arguments], env=env, check=True, timeout=60)  # noqa: S603 - our own code


def shown(folder: Path) -> dict[str, float]:
    """Return what a page shows of all."""
    text, _ = Page(Metrics(None), path="/metrics", folder=str(folder)).text("")
    return {
        one.name: one.value
        for family in text_string_to_metric_families(text.decode())
        for one in family.samples
        if not one.name.endswith("_bucket")
    }


COUNT = "accredit_request_duration_seconds_count"


def test_processes_of_a_host_are_added_up(tmp_path: Path) -> None:
    for _ in range(2):
        count(folder=tmp_path)
    found = shown(tmp_path)
    assert found[COUNT] == found["accredit_signatures_total"] == 4
    assert (found["accredit_storage_commits_total"], found["accredit_in_flight"]) == (10, 6)
    assert found["accredit_signing_key_age_seconds"] == 7
    assert found["accredit_build_info"] == 1
    assert found["accredit_storage_commit_duration_seconds_count"] == 4


def test_who_takes_the_place_of_a_worker_goes_on_counting_where_it_has_ended(tmp_path: Path) -> None:
    count(str(tmp_path), "1")
    files = sorted(tmp_path.iterdir())
    has_ended(str(tmp_path), 1)
    between = shown(tmp_path)
    count(str(tmp_path), "1")
    found = shown(tmp_path)

    assert between[COUNT] == 2
    assert "accredit_in_flight" not in between  # what was in hand is gone
    assert (found[COUNT], found["accredit_in_flight"]) == (4, 3)
    assert sorted(tmp_path.iterdir()) == files
