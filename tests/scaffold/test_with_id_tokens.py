"""`--kind id-token`, as a wheel beside core's wheel. Access tokens are the tutorial's."""

import json
import re
import shutil
from pathlib import Path
from zipfile import ZipFile

import httpx
import jwt
import pytest
from tests.scaffold.conftest import Generated
from tests.scaffold.environment import ROOT, Environment

from accredit.testing.simulator.page import connection_toml

pytestmark = pytest.mark.slow


def test_the_wheel_holds_the_package_and_its_entry_point(initech: Generated) -> None:
    (wheel,) = initech.path.parent.glob("wheels/*.whl")
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        (entry_points,) = (name for name in names if name.endswith("/entry_points.txt"))
        said = archive.read(entry_points).decode()
    assert {
        f"accredit_initech/{name}" for name in ("__init__.py", "py.typed", "strategy.py", "simulator/__init__.py")
    } <= {*names}
    assert said.split() == ["[accredit.strategies]", "initech", "=", "accredit_initech"]


def test_it_is_found_beside_core(initech: Generated, environment: Environment, tmp_path: Path) -> None:
    code, said = environment.run("accredit", "connections", "--json", cwd=tmp_path)
    assert code == 0
    found = {one["strategy"]: one for one in json.loads(said)["strategies"]}
    assert found["initech"]["distribution"] == "accredit-initech"
    assert found["initech"]["missing"] == ["client_ids"]


def test_a_token_is_exchanged(initech: Generated, environment: Environment, tmp_path: Path) -> None:
    with environment.running("accredit", "simulate", "initech", "--port", "0", cwd=tmp_path) as provider:
        page = httpx.get(provider, headers={"Accept": "application/json"}).json()
        samples = {one["name"]: one for one in page["samples"]}
        (tmp_path / "accredit.toml").write_text(
            'issuer = "http://127.0.0.1/"\n[clients.app]\nconnections = ["initech"]\n'
            + connection_toml("initech", page["connection"]),
            "utf-8",
        )
        with environment.running("accredit", "serve", "--port", "0", "--config", "accredit.toml", cwd=tmp_path) as ours:

            def exchange(sample: str) -> httpx.Response:
                request = {"client_id": "app", "connection": "initech", "scope": "openid profile email"}
                return httpx.post(f"{ours}/oauth/access_token", json={**request, **samples[sample]["parameters"]})

            good, foreign = exchange("good-ada"), exchange("foreign_app-ada")
    assert good.status_code == 200
    claims = jwt.decode(good.json()["id_token"], options={"verify_signature": False})
    assert {name: claims[name] for name in samples["good-ada"]["claims"]} == samples["good-ada"]["claims"]
    assert claims["sub"] == "initech|1000000000000001"
    assert foreign.status_code == 401
    assert foreign.json()["error_description"] == "invalid access_token: invalid_token"


@pytest.mark.parametrize("check", ["ruff", "format", "mypy"])
def test_style_and_types_are_right_as_generated(initech: Generated, check: str) -> None:
    initech.checks[check].end()


def test_exemptions_and_traits_as_documented_pass_its_own_checks(
    initech: Generated, environment: Environment, tmp_path: Path
) -> None:
    conformance, guide = (
        ROOT / "docs" / page for page in ("reference/conformance.md", "tutorials/write-a-connection.md")
    )
    found = re.search(r"^    exemptions = \{\n.*?^    \}\n", conformance.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    traits = re.search(r"`(traits = frozenset.*?)`", guide.read_text("utf-8").replace("\n", " "))
    assert found, "the page shows no exemption"
    assert traits, "the page declares no trait"
    shutil.copy(initech.path / "pyproject.toml", tmp_path)
    shutil.copytree(initech.path / "src", tmp_path / "src")
    stated = tmp_path / "tests/test_stated.py"
    stated.parent.mkdir()
    written = (initech.path / "tests/test_conformance.py").read_text("utf-8")
    stated.write_text(f"{written}{found[0]}\n\nclass Unlike(InitechStrategy):\n    {traits[1]}\n", "utf-8")
    for command in (("ruff", "check", "--no-cache"), ("ruff", "format", "--check", "--no-cache"), ("mypy",)):
        code, said = environment.run(*command, "tests/test_stated.py", cwd=tmp_path)
        assert code == 0, said


def test_it_conforms_as_generated(initech: Generated) -> None:
    said = initech.checks["pytest"].end()
    assert re.search(
        r"^initech \(accredit-initech 0\.1\.0\): full: \d+ passed, \d+ not applicable$", said, re.MULTILINE
    )
