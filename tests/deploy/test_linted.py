"""What the linters of each kind of file say about ours: nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.deploy.files import CONTAINER, DEPLOY, KUBERNETES

BIN = Path(sys.executable).parent
RULES = """\
extends: default
rules:
  document-start: disable
  line-length: {max: 120, ignore: [accredit.rules.yml]}  # an expression of PromQL stands on its line as it is long
  truthy: {check-keys: false}
"""


def said(*command: str) -> tuple[int, str]:
    done = subprocess.run([str(BIN / command[0]), *command[1:]], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_container_file_has_no_finding() -> None:
    assert said("hadolint", "--no-color", str(CONTAINER)) == (0, "")


def test_a_container_file_with_a_fault_has_one(tmp_path: Path) -> None:
    (tmp_path / "Containerfile").write_text("FROM debian:latest\nRUN cd /tmp && ls\n", "utf-8")
    status, findings = said("hadolint", "--no-color", str(tmp_path / "Containerfile"))
    assert (status, "DL3007" in findings) == (1, True)


def test_yaml_is_written_cleanly() -> None:
    files = sorted(map(str, DEPLOY.rglob("*.y*ml")))
    assert len(files) > len(KUBERNETES)
    assert said("yamllint", "--strict", "-d", RULES, *files) == (0, "")


@pytest.mark.parametrize("path", KUBERNETES, ids=lambda path: path.stem)
def test_kubernetes_knows_every_field(path: Path) -> None:
    status, findings = said("kubernetes-validate", "--strict", "--quiet", str(path))
    assert status == 0, findings


def test_a_field_that_kubernetes_does_not_know_is_found(tmp_path: Path) -> None:
    broken = (DEPLOY / "kubernetes/server.yaml").read_text("utf-8").replace("enableServiceLinks", "enableServiceLink")
    (tmp_path / "server.yaml").write_text(broken, "utf-8")
    assert said("kubernetes-validate", "--strict", "--quiet", str(tmp_path / "server.yaml"))[0] != 0


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.sh")), ids=lambda path: path.stem)
def test_scripts_are_ones_of_a_plain_shell(path: Path) -> None:
    assert path.stat().st_mode & 0o111
    assert path.read_text("utf-8").startswith("#!/bin/sh\n")
    subprocess.run(["/bin/sh", "-n", str(path)], check=True)
