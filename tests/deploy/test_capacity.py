"""The arithmetic of the capacity guide, against cases computed by hand."""

import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.capacity import PICTURE, SCRIPT, picture, script
from tests.documents.blocks import ROOT

capacity = script()


def planned(**changed: float) -> Any:
    """Return the plan for round numbers: 10 logins and 20 refreshes a second, on nodes of one processor."""
    parts = [
        capacity.Demand(logins_per_hour=changed.pop("logins_per_hour", 36_000.0), refreshes_per_login=2.0),
        capacity.Provider(
            calls_per_login=2.0, latency_ms=500.0, quota_per_hour=changed.pop("quota_per_hour", math.inf)
        ),
        capacity.Costs(
            login_ms=changed.pop("login_ms", 10.0),
            refresh_ms=5.0,
            session_bytes=1000.0,
            refresh_bytes=100.0,
            verdict_bytes=2000.0,
        ),
        capacity.Deployment(cores=1.0, busy=0.5, cache_s=30.0, refresh_ttl_days=10.0, **changed),
    ]
    return capacity.plan(*parts)


def test_nodes_are_those_for_the_processor_time_and_one_to_spare() -> None:
    plan = planned(login_ms=100.0)
    assert plan.nodes_for["CPU"] == pytest.approx((10 * 0.100 + 20 * 0.005) / 0.5)  # 2.2 nodes
    assert plan.nodes == 4


def test_nodes_are_those_for_the_calls_that_wait_where_these_are_more() -> None:
    plan = planned(provider_connections=2.0)
    assert plan.nodes_for["connections to the provider"] == pytest.approx(10 * 2 * 0.5 / (2 * 0.5))  # 10 wait at once
    assert plan.nodes == 11


def test_there_are_never_fewer_than_two() -> None:
    assert planned(logins_per_hour=1.0).nodes == 2


def test_rows_disk_memory_and_calls_are_those_of_the_demand() -> None:
    plan = planned()
    assert plan.database_rows_per_s == pytest.approx(10 * 2 + 20)
    assert plan.database_bytes == pytest.approx(360_000 * 10 * (1000 + 2 * 100))  # logins of ten days
    assert plan.cache_bytes == pytest.approx(10 * 30 * 2000)
    assert plan.provider_calls_per_hour == pytest.approx(72_000)
    assert plan.exhausted == {}


@pytest.mark.parametrize(
    ("changed", "name", "times"),
    [
        ({"quota_per_hour": 36_000.0}, "quota of the provider", 2.0),
        ({"database_rows_per_s": 40.0}, "rows a second of the database", 2.0),
        ({"database_max_connections": 10.0}, "connections of the database", 2.0),
    ],
)
def test_what_is_used_up_is_told_with_how_many_times_over(changed: dict[str, float], name: str, times: float) -> None:
    assert planned(**changed).exhausted == {name: pytest.approx(times)}


def test_what_is_used_up_first_is_told_first() -> None:
    demand, costs = capacity.Demand(logins_per_hour=1.0, refreshes_per_login=0.0), capacity.Costs()
    provider = capacity.Provider(calls_per_login=2.0, quota_per_hour=1_000_000.0)
    deployment = capacity.Deployment(busy=0.5, database_rows_per_s=1000.0, database_max_connections=1e9)
    points = capacity.breaking_points(demand, provider, costs, deployment)
    assert list(points)[:2] == ["quota of the provider", "rows a second of the database"]
    assert points["quota of the provider"] == pytest.approx(500_000, rel=1e-6)
    assert points["rows a second of the database"] == pytest.approx(1000 * 0.5 / 2 * 3600, rel=1e-6)


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False)


def test_the_command_tells_the_plan() -> None:
    done = run("--logins-per-hour", "10000000", "--quota-per-hour", "1000000")
    assert (done.returncode, done.stderr) == (0, "")
    assert "100,000,000 a day" in done.stdout
    assert "USED UP: quota of the provider, 20.0 times over" in done.stdout


@pytest.mark.parametrize("wrong", [(), ("--logins-per-hour", "0"), ("--logins-per-hour", "1", "--cores", "-1")])
def test_a_wrong_command_line_is_told(wrong: tuple[str, ...]) -> None:
    done = run(*wrong)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage" in done.stderr


def test_the_picture_in_the_guide_is_that_of_the_script() -> None:
    assert PICTURE.read_text("utf-8") == picture()


def test_what_a_user_takes_on_disk_is_measured_by_filling_a_database(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.deploy.sizes", f"sqlite:///{tmp_path}/sizes.db", "400"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    found = re.fullmatch(r"400 users: ([\d,]+) bytes each, ([\d,]+) for each refresh\n", done.stdout)
    assert found is not None, done.stdout
    each, refresh = (int(number.replace(",", "")) for number in found.groups())
    assert 500 < each < 3000  # whole pages, so it varies
    assert 100 < refresh < 1000
