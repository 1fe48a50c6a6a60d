"""Make Markdown of a run: a page of the errors, and one for each connection.

A page shows in a checkout what it shows on the site, and needs no script: what is asked and answered is folded away
until somebody opens it.
"""

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from docs import gallery
from docs.answers.contract import rows
from docs.answers.house import URL
from docs.answers.marks import marked
from docs.answers.run import Run
from docs.answers.wire import Seen
from docs.markdown import fence, table

from accredit.sandbox.judge import Token

FOLDER = Path(__file__).parents[2] / "docs/reference/answers"
_INTRODUCTION = """# Real answers

Every answer here is real: a program has sent these requests to a server, and this is what came. The providers were
[simulated](../../guides/try-without-an-account.md), and the time stood still. Our tests send the requests anew, and
fail if an answer has changed. [The wire contract](../contract.md) has the rules.

Open a line to see the request, the answer, and the tokens decoded.

* **Try it**: start `accredit dev`, copy a command, and paste it. It answers the same, but for what is said above a
  command: a client, a connection, a limit or a state that only the server of this page had.
* A text that ends in `…` is cut. In a request, put a token of your own in its place.
* What stands in parentheses differs each time. The answers' JSON is laid out over several lines here.
* The *reason* stands in the server's log, and never in an answer."""
_OF_A_CONNECTION = """What an app sends that logs in by {provider}, and what it gets back; [{provider}'s
page](../connections/{name}.md) has the settings. [About these answers, and the errors that are the same
everywhere](index.md)."""


def pages(run: Run) -> dict[str, str]:
    """Return every page by its file's name."""
    providers = {one.name: str(gallery.entry_of(one)["provider"]) for one in gallery.ours()}
    made = {f"{name}.md": _connection(name, providers[name], seen) for name, seen in run.logins.items()}
    made["index.md"] = _index(run, providers)
    return {name: marked("\n\n".join(parts) + "\n") for name, parts in made.items()}


def heading(key: str) -> str:
    """Return the heading of a chapter of errors, whose anchor is `key`."""
    return key.replace("-", " ").capitalize()


def _index(run: Run, providers: Mapping[str, str]) -> Iterator[str]:
    yield _INTRODUCTION
    yield "## Choose a connection"
    logins = {name: [one.title for one in seen if one.status == 200] for name, seen in run.logins.items()}
    yield table(
        ("provider", "`connection`", "logins with", "refusals"),
        [
            (
                f"[{providers[name]}]({name}.md)",
                f"`{name}`",
                ", ".join(titles),
                str(len(run.logins[name]) - len(titles)),
            )
            for name, titles in logins.items()
        ],
    )
    yield fence("{toctree}", "\n".join([":hidden:", *(f"{providers[name]} <{name}>" for name in run.logins)]))
    yield "## Choose an error"
    situations = {row.key: row.situation for row in rows()}
    for key, seen in run.refusals.items():
        yield f"### {heading(key)}"
        if situations[key] != key.replace("-", " "):
            yield _sentence(situations[key])
        yield from _all(seen)


def _connection(name: str, provider: str, seen: Sequence[Seen]) -> Iterator[str]:
    yield f"# Real answers: {provider}"
    yield _OF_A_CONNECTION.format(provider=provider, name=name)
    yield "## Logins"
    yield from _all([one for one in seen if one.status == 200])
    yield "## Refusals"
    yield from _all([one for one in seen if one.status != 200])


def _all(seen: Sequence[Seen]) -> Iterator[str]:
    for one in seen:
        yield from folded(one)


def folded(seen: Seen) -> Iterator[str]:
    """Yield one request with its answer, folded away behind a line."""
    yield f"<details>\n<summary><code>{seen.status}</code> {html.escape(seen.title, quote=False)}</summary>"
    if seen.about:
        yield _sentence(seen.about)
    yield fence("bash", seen.request.as_curl(URL))
    yield from _decoded(seen.sent, "You send")
    yield fence("http", _answer(seen))
    yield from _decoded(seen.tokens, "You get")
    if seen.reason not in {None, "ok"}:
        yield f"Reason: `{seen.reason}`."
    yield "</details>"


def _answer(seen: Seen) -> str:
    lines = [f"HTTP/1.1 {seen.status}", *(f"{name}: {value}" for name, value in seen.headers.items())]
    return "\n".join([*lines, "", _json(seen.answer)])


def _decoded(tokens: Mapping[str, Token], whose: str) -> Iterator[str]:
    if tokens:
        yield '<div class="beside">'
        for name, token in tokens.items():
            yield "<div>"
            yield f"{whose}: `{name}`, decoded"
            yield fence("json", _json({"header": token.header, "claims": token.claims}))
            yield "</div>"
        yield "</div>"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
