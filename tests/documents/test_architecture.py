"""What docs/explanation/architecture.md says of the order of the steps, held against the code and against what runs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from core.tests.bench import good_request
from core.tests.oauth.support import token_bench

from accredit import ExchangeEvent, ProviderToken, RefreshEvent, RefreshRequest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/architecture.md").read_text("utf-8")


def table_of(title: str) -> list[list[str]]:
    """Return the rows of the table below a title, without its head."""
    section = re.split(r"^#+ ", PAGE.partition(f"# {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def documented(title: str) -> list[str]:
    """Return the steps of that table, in its order."""
    return [name for row in table_of(title) for name in re.findall(r"`(\w+)`", row[1])]


def begun_in(path: str) -> Iterator[str]:
    """Yield the names of the steps that a module begins, in the order of its lines."""
    tree = ast.parse((ROOT / "core/src/accredit/exchange" / path).read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: node.lineno):
        if ast.unparse(call.func) == "trail.begin":
            yield ast.literal_eval(call.args[0])


@pytest.mark.parametrize(("title", "paths"), [("A login", ("login.py", "identify.py")), ("A refresh", ("refresh.py",))])
def test_the_page_names_every_step_that_the_code_begins(title: str, paths: tuple[str, ...]) -> None:
    begun = {step for path in paths for step in begun_in(path)}
    assert set(documented(title)) == begun - {"check_given", "check_identity"}


async def test_a_login_and_a_refresh_take_their_steps_in_the_order_of_the_page() -> None:
    async with token_bench({"connections": {"globex": {"single_use_id_tokens": True}}}) as wire:
        main = (await wire.exchange(good_request(scopes=("openid",)))).access_token
        other = good_request(
            connection="globex",
            token=ProviderToken.of("good-token", secret="good-secret"),
            main_access_token=main,
            scopes=("openid", "offline_access"),
        )
        token = (await wire.exchange(other)).refresh_token
        assert token is not None
        await wire.exchange.refresh(RefreshRequest(client_id="app", refresh_token=token))
        login = [event for event in wire.heard if isinstance(event, ExchangeEvent)][-1]
        refresh = [event for event in wire.heard if isinstance(event, RefreshEvent)][-1]
    assert [check.name for check in login.checks] == documented("A login")
    assert [check.name for check in refresh.checks] == documented("A refresh")


@pytest.mark.parametrize("title", ["A login", "A refresh"])
def test_every_file_that_the_page_names_is_there(title: str) -> None:
    files = [name for row in table_of(title) for name in re.findall(r"`([\w/]+\.py)`", row[2])]
    assert files
    assert [name for name in files if not (ROOT / "core/src/accredit" / name).exists()] == []
