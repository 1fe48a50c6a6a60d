"""The pages of real answers hold what a server answers today, and an answer to each row of the contract's table."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace

import pytest
from docs.answers import contract, page
from docs.answers.house import House, Server
from docs.answers.marks import marked
from docs.answers.refusals import REFUSALS
from docs.answers.run import Run, refused, run
from docs.answers.wire import Request

from accredit.errors import ConnectionNotFound

pytestmark = pytest.mark.slow

ROWS = contract.rows()
ANEW = "run: python -m docs.answers"


@pytest.fixture(scope="module")
def found() -> Run:
    return run()


@pytest.fixture
def house() -> Iterator[House]:
    """Run one provider alone."""
    with House.open(["facebook"]) as one:
        yield one


@pytest.fixture
def server(house: House) -> Iterator[Server]:
    with house.server() as one:
        yield one


def stored() -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in page.FOLDER.iterdir()}


def test_what_is_stored_is_what_comes_out(found: Run) -> None:
    made = page.pages(found)
    assert stored().keys() == made.keys(), ANEW
    for name, text in made.items():
        assert stored()[name] == text, ANEW


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_each_row_of_the_contract_has_the_answer_that_it_promises(found: Run, row: contract.Row) -> None:
    assert row.key in REFUSALS, f"no answer in docs/answers/refusals.py: {row.situation}"
    seen = found.refusals[row.key]
    assert {(one.status, one.answer["error"]) for one in seen} == {(row.status, row.error)}
    said = [one.answer["error_description"] for one in seen]
    for sentence in row.sentences:
        assert any(sentence.fullmatch(one) for one in said), sentence.pattern
    for header in row.headers:
        name, _, value = header.partition(": ")
        assert any(one.headers.get(name, "-").startswith(value) for one in seen if name in one.headers), header
    assert f"### {page.heading(row.key)}\n" in stored()["index.md"]


def test_no_answer_is_without_a_row() -> None:
    assert [row.key for row in ROWS] == list(REFUSALS)
    assert len(ROWS) > 20


def test_a_connection_has_a_login_and_a_refusal(found: Run) -> None:
    for name, seen in found.logins.items():
        assert seen[0].status == 200, name
        assert seen[0].tokens.keys() == {"access_token", "id_token"}
        assert "another app's" in [one.title for one in seen if one.status == 401], name


def test_a_row_that_leads_nowhere_has_no_key() -> None:
    text = contract.PAGE.read_text("utf-8")
    more = text.replace(
        "\n\nThe switch `comp", "\n| a new one | 418 | `teapot` | `no <name>` with `Retry-After` |\n\nThe switch `comp"
    )
    [new] = [row for row in contract.rows(more) if row not in ROWS and row.status == 418]
    assert (new.situation, new.key, new.error, list(new.headers)) == ("a new one", "", "teapot", ["Retry-After"])
    assert new.key not in REFUSALS
    assert new.sentences[0].fullmatch("no coffee")
    assert not new.sentences[0].fullmatch("coffee")


# -- a changed answer is found


def test_an_answer_that_changes_is_not_what_is_stored(
    house: House, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    [case] = REFUSALS["unknown-connection"]
    before = refused(case, house, server)
    monkeypatch.setattr(ConnectionNotFound, "description", "there is no such connection")
    after = refused(case, house, server)
    index = stored()["index.md"]
    assert marked("\n\n".join(page.folded(before))) in index
    assert marked("\n\n".join(page.folded(after))) not in index


@pytest.mark.parametrize(
    "change",
    [
        {"status": 404},
        {"reason": "ok"},
        {"headers": {"Content-Type": "text/html"}},
        {"body": '{"error": "invalid_request"}'},
    ],
    ids=["status", "reason", "headers", "body"],
)
def test_each_part_of_an_answer_counts(house: House, server: Server, change: dict[str, object]) -> None:
    [case] = REFUSALS["unknown-connection"]
    changed = replace(refused(case, house, server), **change)  # type: ignore[arg-type]  # one field of several types
    assert marked("\n\n".join(page.folded(changed))) not in stored()["index.md"]


def test_a_command_sends_what_was_sent() -> None:
    request = Request.of({"device": 'Ada\'s "phone" $HOME `id` \\n', "scope": "openid"})
    words = shlex.split(request.as_curl("http://127.0.0.1:8000").replace("\\\n", ""))
    assert words[words.index("--data") + 1] == request.body
    assert words[words.index("--url") + 1] == "http://127.0.0.1:8000/oauth/access_token"


# -- the marks take what varies, and nothing else

SIGNED = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIxIn0.c2ln"


def test_what_varies_is_marked() -> None:
    text = f'"access_token": "{SIGNED}", "sid": "0123abcd.{"x" * 22}", "refresh_token": "{"r" * 72}"'
    assert marked(text) == (
        '"access_token": "eyJhbGciOiJSUzI1NiIs…", "sid": "(the id of the session)", "refresh_token": "(a random text)"'
    )


@pytest.mark.parametrize(
    "text",
    [
        '"sid": ""',
        '"sid": "0123abcd"',
        '"jti": "1"',
        '"at_hash": "short"',
        '"refresh_token": "null"',
        f'"sub": "0123abcd.{"x" * 22}"',
        '"access_token": "eyJhbGciOiJSUzI1NiJ9"',
        '"expires_in": 86400',
    ],
    ids=[
        "no-sid",
        "half-a-sid",
        "short-jti",
        "short-hash",
        "no-refresh-token",
        "another-field",
        "half-a-jwt",
        "number",
    ],
)
def test_what_has_not_the_form_of_what_varies_stays(text: str) -> None:
    assert marked(text) == text


def test_a_page_needs_no_script_and_fetches_nothing() -> None:
    for text in stored().values():
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        assert set(re.findall(r"<(\w+)", prose)) <= {"details", "summary", "code", "div"}
        assert prose.count("<details>") == prose.count("</details>")
