"""Run the tests of this folder with Node against a server of ours: `python -m tests.clients.node NODE_MODULES_PARENT`.

The folder given holds a copy of the tests beside their `node_modules`.
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.clients.node.snippets import hostile, login
from tests.clients.service import API, APP, BACKEND, served
from tests.documents.blocks import blocks_of

from accredit.testing import installed_simulators, serve

PAGE = "docs/guides/log-in-from-an-app.md"
"""Whose JavaScript is run, too."""
BOUND = {"facebook": "limited_login_good-ada", "google-oauth2": "id-token-nonce-ada"}
"""ID tokens with a nonce."""


def main(folder: Path) -> int:
    """Return the exit status of Node's test runner."""
    tests = sorted(str(path) for path in folder.glob("*.test.mjs"))
    if not tests:
        print(f"no tests in {folder}", file=sys.stderr)
        return 1
    simulators = {name: simulator() for name, simulator in installed_simulators().items()}
    with ExitStack() as stack:
        connections = {
            name: simulator.settings(stack.enter_context(serve(simulator.app())))
            for name, simulator in simulators.items()
        }
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="accredit-")))
        service = stack.enter_context(served(connections, scratch))
        first = {name: simulator.samples()[0] for name, simulator in simulators.items()}
        # The clients demand `access_token`: a code that has to come in `code`, such as Naver's, is none of theirs.
        samples = {name: dict(one.parameters) for name, one in first.items() if one.field == "access_token"}
        bound = {
            name: dict(sample.parameters)
            for name, simulator in simulators.items()
            for sample in simulator.samples()
            if BOUND.get(name) == sample.name
        }
        parameters = {"client_id": APP, "connection": "facebook", **samples["facebook"]}
        environment = {
            **os.environ,
            "NODE_EXTRA_CA_CERTS": str(service.authority),
            "ACCREDIT_URL": service.url,
            "ACCREDIT_APP": APP,
            "ACCREDIT_BACKEND": BACKEND,
            "ACCREDIT_SECRET": service.secret,
            "ACCREDIT_API": API,
            "ACCREDIT_SAMPLES": json.dumps(samples),
            "ACCREDIT_BOUND": json.dumps(bound),
            "ACCREDIT_SNIPPETS": json.dumps({"hostile": hostile(), "login": login(service.url, parameters)}),
            "ACCREDIT_PAGE": json.dumps("\n".join(block.code for block in blocks_of(PAGE, "javascript"))),
        }
        command = ["node", "--test", "--test-reporter", "spec", *tests]
        return subprocess.run(command, env=environment, cwd=folder, check=False, timeout=120).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
