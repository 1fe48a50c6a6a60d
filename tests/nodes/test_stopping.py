"""The servers of the site are stopped after its last test: whatever runs then has the machine."""

import re
import subprocess
import sys

import pytest
from tests.documents.blocks import ROOT

OURS, ANOTHER = "tests/nodes/test_nodes.py", "tests/plugins/test_imports.py"

pytestmark = pytest.mark.slow


def test_the_site_is_stopped_before_another_package_is_tested() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--setup-plan", OURS, ANOTHER]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    seen = re.findall(rf"^ *(SETUP|TEARDOWN) +\w running_site|^ +({OURS}|{ANOTHER})::", done.stdout, re.MULTILINE)
    words = [setup or path for setup, path in seen]
    assert list(dict.fromkeys(words)) == ["SETUP", OURS, "TEARDOWN", ANOTHER]
