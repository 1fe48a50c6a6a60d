"""`promtool` reads the rules, lets them judge series, and reads every query of the dashboard: `nox -s prometheus`."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from tests.deploy.prometheus.expressions import DEPLOY, of_dashboard
from tests.deploy.prometheus.test_exported import page

__all__ = ["page"]  # a fixture

HERE = Path(__file__).parent
PROMTOOL = shutil.which("promtool") or "promtool"
VARIABLES = {"$__rate_interval": "5m", "$job": "accredit", "$connection": "facebook"}
"""What Grafana puts in for them."""


def promtool(*arguments: str, stdin: str | None = None) -> str:
    """Return what it says; it must not complain."""
    ended = subprocess.run(
        [PROMTOOL, *arguments], input=stdin, capture_output=True, text=True, check=False, timeout=300
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def test_the_rules_and_the_configuration_are_read() -> None:
    assert "rules found" in promtool("check", "rules", str(DEPLOY / "prometheus/accredit.rules.yml"))
    promtool("check", "config", str(DEPLOY / "prometheus/prometheus.yml"))


@pytest.mark.parametrize("series", sorted(path.name for path in HERE.glob("*.test.yml")))
def test_the_rules_judge_series_as_they_should(series: str) -> None:
    assert "SUCCESS" in promtool("test", "rules", str(HERE / series))


def test_every_query_of_the_dashboard_is_read(tmp_path: Path) -> None:
    """Each as a recording rule; what fills a variable is Grafana's own, and no PromQL."""
    found = []
    for number, expression in enumerate(one for one in of_dashboard() if one.place.startswith("panel")):
        text = expression.text
        for name, value in VARIABLES.items():
            text = text.replace(name, value)
        assert "$" not in text
        found.append({"record": f"panel:{number}", "expr": text})
    rules = tmp_path / "panels.yml"
    rules.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": found}]}), "utf-8")
    assert f"{len(found)} rules found" in promtool("check", "rules", str(rules))
    assert len(found) > 20


def test_the_metrics_keep_to_the_conventions_of_prometheus(page: str) -> None:
    promtool("check", "metrics", stdin=page)
