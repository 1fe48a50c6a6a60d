"""Read a provider's token without leaving it anywhere: not in the shell's history, not on the screen."""

import getpass
import sys

from accredit.errors import ConfigurationError

_LONGEST = 65_536
_LONGEST_LINE_OF_A_TERMINAL = 4095


def read_token() -> tuple[str, str | None]:
    """Return the token and, where there is one, the nonce that belongs to it.

    From a pipe these are the first line and the second; or it is a whole request in JSON, which begins with a brace,
    as no token does. On a terminal token and nonce are asked for, and not shown.

    Raises:
        ConfigurationError: what was read is no token at all.
    """
    stdin = sys.stdin
    token, nonce = _ask() if stdin is not None and stdin.isatty() else _read()
    if not token:
        raise ConfigurationError("no token on standard input: pipe it in, as in `accredit explain … < token.txt`")
    return token, nonce or None


def _ask() -> tuple[str, str]:
    try:
        token = getpass.getpass("Provider token, not shown (for OAuth 1.0a: token:secret): ").strip()
        if len(token) >= _LONGEST_LINE_OF_A_TERMINAL:
            raise ConfigurationError("terminals cut a line of this length: put the token into a file and pipe that in")
        # Only an ID token can have one, and only those have two dots.
        nonce = getpass.getpass("Nonce, not shown (none: Enter): ").strip() if token.count(".") == 2 else ""
    except EOFError:
        return "", ""
    return token, nonce


def _read() -> tuple[str, str]:
    # Undecodable bytes become characters that no token may hold: refused as a client's would be.
    text = "" if sys.stdin is None else sys.stdin.buffer.read(_LONGEST + 1).decode("utf-8", "replace")
    text = text.removeprefix("\ufeff").strip()
    lines = [text] if text.startswith("{") else [line.strip() for line in text.splitlines()]
    if len(text) > _LONGEST or len(lines) > 2:
        raise ConfigurationError("standard input must hold the token in one line, and a nonce at most in a second")
    token, nonce, *_ = (*lines, "", "")
    return token, nonce
