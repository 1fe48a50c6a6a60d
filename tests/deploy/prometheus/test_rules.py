"""The alert rules say what is the matter, how bad it is, and where to read on."""

import re

import pytest
from tests.deploy.prometheus.expressions import Expression, rules
from tests.documents.blocks import ROOT

ALERTS = [rule for rule in rules() if "alert" in rule]
GUIDE = (ROOT / "docs/guides/observe.md").read_text("utf-8")
LABEL = re.compile(r"\$labels\.(\w+)")


def anchors(page: str) -> set[str]:
    """Return what the headings of a page can be linked by."""
    titles = re.findall(r"^#+ (.+)$", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_the_matter_and_where_to_read_on(rule: dict[str, dict[str, str]]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert page == "docs/guides/operate.md"
    assert anchor in anchors(page)


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_names_only_labels_that_it_has(rule: dict[str, dict[str, str]]) -> None:
    named = {label for text in rule["annotations"].values() for label in LABEL.findall(text)}
    by = Expression("", str(rule["expr"])).grouped
    assert named <= (by or {"job", "instance"})


def test_every_alert_stands_in_the_guide_with_its_severity_and_no_other_does() -> None:
    rows = re.findall(r"^\| `(Accredit\w+)` \| (\w+) \|", GUIDE, re.MULTILINE)
    assert dict(rows) == {rule["alert"]: rule["labels"]["severity"] for rule in ALERTS}


def test_every_alert_has_a_test_with_series() -> None:
    series = "".join(path.read_text("utf-8") for path in (ROOT / "tests/deploy/prometheus").glob("*.test.yml"))
    assert [rule["alert"] for rule in ALERTS if f'alertname="{rule["alert"]}", alertstate="firing"' not in series] == []
