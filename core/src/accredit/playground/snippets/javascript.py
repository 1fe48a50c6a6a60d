"""The request as a module in JavaScript.

Source: ECMAScript 2024, section 12.9.4 (string literals).
"""

from accredit.playground.snippets.literals import braced, indented, literal
from accredit.playground.snippets.request import Request

_ABOUT = "// Node 18 or later: save it as send.mjs, and run: node send.mjs\n"
_END = "console.log(answer.status, await answer.text())\n"


def javascript(request: Request) -> str:
    """Return the module."""
    options = [f"method: {quoted(request.method)},"]
    if request.headers:
        options += [
            "headers: {",
            *(f"  {quoted(name)}: {quoted(value)}," for name, value in request.headers.items()),
            "},",
        ]
    if request.fields:
        maker = "new URLSearchParams" if request.is_form else "JSON.stringify"
        options += [
            f"body: {maker}({{",
            *(f"  {name}: {quoted(value)}," for name, value in request.fields.items()),
            "}),",
        ]
    return f"{_ABOUT}const answer = await fetch({quoted(request.url)}, {{\n{indented(options, by=2)}}})\n{_END}"


def quoted(text: str) -> str:
    """Return a string literal."""
    return literal(text, "'", {}, braced)
