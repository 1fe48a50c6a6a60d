"""What is asked for on a terminal."""

import sys
from collections.abc import Callable

import pytest

from accredit.cli.tools import secret_input
from accredit.errors import ConfigurationError

JWT = "e30.e30.e30"
Type = Callable[..., list[str]]


class Terminal:
    def isatty(self) -> bool:
        return True


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Type:
    """Let somebody type lines; returns the list of what they were asked."""

    def typed(*lines: str) -> list[str]:
        answers, asked = iter(lines), list[str]()

        def getpass(prompt: str) -> str:
            asked.append(prompt.partition(",")[0])
            try:
                return next(answers)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr(sys, "stdin", Terminal())
        monkeypatch.setattr("getpass.getpass", getpass)
        return asked

    return typed


def test_an_access_token_has_no_nonce_to_ask_for(typed: Type) -> None:
    asked = typed(" token:secret ")

    assert secret_input.read_token() == ("token:secret", None)
    assert asked == ["Provider token"]


@pytest.mark.parametrize(("nonce", "read"), [("n-1", "n-1"), ("", None)])
def test_an_id_token_may_have_one(typed: Type, nonce: str, read: str | None) -> None:
    asked = typed(JWT, nonce)

    assert secret_input.read_token() == (JWT, read)
    assert asked == ["Provider token", "Nonce"]


@pytest.mark.parametrize("lines", [(), ("",)])
def test_nothing_typed_is_no_token(typed: Type, lines: tuple[str, ...]) -> None:
    typed(*lines)

    with pytest.raises(ConfigurationError, match="no token on standard input"):
        secret_input.read_token()


def test_a_line_that_a_terminal_may_have_cut_is_not_believed(typed: Type) -> None:
    typed("x" * 4094)
    assert secret_input.read_token() == ("x" * 4094, None)

    typed("x" * 4095)
    with pytest.raises(ConfigurationError, match="terminals cut a line of this length"):
        secret_input.read_token()


def test_no_standard_input_at_all_is_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)

    with pytest.raises(ConfigurationError, match="no token on standard input"):
        secret_input.read_token()
