"""The request as a command for a POSIX shell.

Source: POSIX.1-2024, Shell Command Language, section 2.2.2 (single quotes); curl(1), `--data`: what does not begin with
`@` is sent as it is, and several are joined by `&`.
"""

import json
from urllib.parse import urlencode

from accredit.playground.snippets.literals import units
from accredit.playground.snippets.request import Request


def curl(request: Request) -> str:
    """Return the command."""
    options = [f"--header {quoted(f'{name}: {value}')}" for name, value in request.headers.items()]
    if request.is_form:
        options += [f"--data {quoted(urlencode({name: value}))}" for name, value in request.fields.items()]
    elif request.fields:
        options.append(f"--data {quoted(_json(request))}")
    return " \\\n  ".join([f"curl --request {request.method} --url {quoted(request.url)}", *options]) + "\n"


def _json(request: Request) -> str:
    written = json.dumps(dict(request.fields), indent=2, ensure_ascii=False)
    return "".join(one if one.isprintable() or one == "\n" else units(one) for one in written)


def quoted(text: str) -> str:
    """Return a word of the shell. It cannot hold NUL."""
    return "'" + text.replace("'", "'\\''") + "'"
