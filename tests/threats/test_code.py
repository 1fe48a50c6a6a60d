"""What shipped code must not hold, and where simulators may listen."""

import ast
import inspect
import re
import socket
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import STRATEGIES

from accredit.testing import serve

ROOT = Path(__file__).parents[2]
SHIPPED = [
    path
    for folder in (ROOT / "core/src/accredit", *sorted((ROOT / "plugins").glob("*/src")))
    for path in sorted(folder.rglob("*.py"))
    # The kit and the simulators are for tests, and say so; no check of an exchange is in them.
    if not {"testing", "simulator"} & set(path.parts)
]

pytestmark = pytest.mark.threat(36)


def names_in(path: Path) -> set[str]:
    """Return every name, attribute, keyword and text of a module that code can branch on."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)) | ast.arg(arg=name):
                found.add(name)
    return found


def test_shipped_code_has_no_switch_for_tests_or_debugging() -> None:
    back_doors = re.compile(
        r"^(debug|is_debug|test(ing)?_mode|is_test(ing)?|__debug__|skip_\w*(verif|check|audience)\w*"
        r"|verify_(signature|exp|aud|ssl|tls)|insecure\w*|allow_(insecure|http|any|none)\w*|dangerous\w*|CERT_NONE"
        r"|check_hostname)$",
        re.IGNORECASE,
    )
    assert len(SHIPPED) > 100
    found = {path.relative_to(ROOT): sorted(filter(back_doors.match, names_in(path))) for path in SHIPPED}
    assert {path: names for path, names in found.items() if names} == {}


def test_nothing_that_serves_imports_the_kit() -> None:
    found = []
    for path in SHIPPED:
        # Commands for people, what they run on loopback, and what is for a host's own tests.
        if {"cli", "playground", "sandbox"} & set(path.parts) or path.name == "testing.py":
            continue
        tree = ast.parse(path.read_text("utf-8"))
        for node in tree.body:  # inside functions and under TYPE_CHECKING it is not loaded by an import
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.startswith("accredit.testing") or ".simulator" in name for name in names):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []


def test_simulators_listen_on_loopback_and_cannot_be_told_otherwise() -> None:
    assert "host" not in inspect.signature(serve).parameters

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})

    with serve(app) as url:
        assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+", url)
        port = int(url.rpartition(":")[2])
        with socket.socket(socket.AF_INET) as elsewhere:
            elsewhere.settimeout(1)
            # 127.0.0.2 is this machine too; a server on every address would answer there.
            assert elsewhere.connect_ex(("127.0.0.2", port)) != 0


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_url_of_a_sample_connection_is_the_simulators(simulators: dict[str, Any], strategy: str) -> None:
    table = simulators[strategy].settings("http://127.0.0.1:9")
    urls = {name: value for name, value in table.items() if name.endswith("_url")}
    assert urls
    assert all(value.startswith("http://127.0.0.1:9") for value in urls.values())
