"""The kinds that neither the tutorial nor `test_with_id_tokens` begins with, each as a wheel beside core's wheel."""

import re
from pathlib import Path

import pytest
from tests.scaffold.conftest import CHECKS, generated
from tests.scaffold.environment import Environment

from accredit.cli.commands.new_strategy import Kind

pytestmark = pytest.mark.slow

KINDS = {
    Kind.OIDC: ("hooli", "full"),
    Kind.CODE: ("umbrella", "full (single_use)"),
    Kind.SIGNED_PAYLOAD: ("globex", "full (makes_no_call)"),
}
"""A name for each, and the level that it has as generated."""


@pytest.mark.parametrize("kind", list(KINDS))
def test_it_passes_its_own_checks_and_the_kit_as_generated(
    kind: Kind, environment: Environment, tmp_path: Path
) -> None:
    name, level = KINDS[kind]
    with generated(kind, name, environment, tmp_path) as plugin:
        said = {check: plugin.checks[check].end() for check in CHECKS}
    report = rf"^{name} \(accredit-{name} 0\.1\.0\): {re.escape(level)}: \d+ passed, \d+ not applicable$"
    assert re.search(report, said["pytest"], re.MULTILINE), said["pytest"]


def test_no_kind_is_left_out() -> None:
    assert {*Kind} == {*KINDS, Kind.ACCESS_TOKEN, Kind.ID_TOKEN}
