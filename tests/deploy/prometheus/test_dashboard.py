"""The dashboard has the form that Grafana loads from a folder, and says what it shows.

Source: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/.
"""

from typing import Any

import pytest
import yaml
from tests.deploy.prometheus.expressions import DEPLOY, dashboard, panels

KINDS = {"timeseries", "stat", "bargauge", "state-timeline"}
UNITS = {"none", "s", "d", "bytes", "reqps", "ops", "percentunit"}
"""Of those that Grafana knows."""
COLUMNS = 24


def test_it_is_one_dashboard_that_no_data_source_is_written_into() -> None:
    found = dashboard()
    assert {"uid", "title", "schemaVersion", "panels", "templating", "time", "refresh"} <= found.keys()
    assert "__inputs" not in found  # what is provisioned is asked nothing
    assert "id" not in found  # which is the database's
    assert found["title"] == "Accredit"
    data_sources = [panel["datasource"] for panel in panels()]
    data_sources += [target["datasource"] for panel in panels() for target in panel["targets"]]
    assert all(one == {"type": "prometheus", "uid": "${datasource}"} for one in data_sources)


def test_the_data_source_and_the_job_are_chosen_on_the_page() -> None:
    variables = {one["name"]: one for one in dashboard()["templating"]["list"]}
    assert list(variables) == ["datasource", "job", "connection"]
    assert (variables["datasource"]["type"], variables["datasource"]["query"]) == ("datasource", "prometheus")
    for name in ("job", "connection"):
        assert variables[name]["query"]["query"] == variables[name]["definition"]
        assert variables[name]["includeAll"] is variables[name]["multi"] is True
        assert variables[name]["allValue"] == ".*"


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_panel_says_what_it_shows_in_which_unit(panel: dict[str, Any]) -> None:
    assert panel["type"] in KINDS
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
    assert panel["targets"]
    assert all(target["legendFormat"] and target["expr"] for target in panel["targets"])
    references = [target["refId"] for target in panel["targets"]]
    assert len(set(references)) == len(references)


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_panel_is_of_the_chosen_job(panel: dict[str, Any]) -> None:
    assert all('job=~"$job"' in target["expr"] for target in panel["targets"])


def test_panels_have_names_and_numbers_of_their_own_and_lie_beside_one_another() -> None:
    every = dashboard()["panels"]
    assert len({panel["id"] for panel in every}) == len(every)
    assert len({panel["title"] for panel in every}) == len(every)
    taken: set[tuple[int, int]] = set()
    for panel in every:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < COLUMNS
        taken |= cells


def test_what_is_provisioned_is_a_folder_of_dashboards() -> None:
    provisioning = yaml.safe_load((DEPLOY / "grafana/provisioning.yml").read_text("utf-8"))
    assert provisioning["apiVersion"] == 1
    [provider] = provisioning["providers"]
    assert provider["type"] == "file"
    assert provider["options"]["path"].startswith("/")
