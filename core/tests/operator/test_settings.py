"""`[operator]`: off by default, on this machine only, and never without a token."""

import subprocess
import sys

import pytest
from core.tests.bench import ISSUER

from accredit import Settings
from accredit.errors import ConfigurationError
from accredit.operator import Everybody, View, make_page
from accredit.settings import OperatorSettings
from accredit.settings.client_secret import SecretHash, new_secret
from accredit.settings.operator import OperatorTokenHash, new_operator_token

HASH = str(OperatorTokenHash.of(new_operator_token()))


def settings(**table: object) -> OperatorSettings:
    return Settings.model_validate({"issuer": ISSUER, "operator": table}).operator


def test_it_is_off_and_on_loopback_unless_told() -> None:
    made = settings()
    assert (made.enabled, made.host, made.port, made.url, made.token_hash) == (False, "127.0.0.1", 9465, None, None)


@pytest.mark.slow
def test_who_has_no_page_loads_none_of_it() -> None:
    code = (
        "import sys, accredit.asgi, accredit.serving.server, accredit.exchange.exchange, accredit.cli.commands.serve\n"
        "import accredit.cli.tools.workers\n"
        "assert not [name for name in sys.modules if name.startswith('accredit.operator')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)  # noqa: S603 - our own code


def test_it_is_refused_without_a_token() -> None:
    with pytest.raises(ConfigurationError, match=r"operator: needs token_hash: let `accredit operator token` make"):
        settings(enabled=True)
    assert settings(enabled=True, token_hash=HASH).enabled
    unchecked = OperatorSettings.model_construct(enabled=True)
    with pytest.raises(ConfigurationError, match=r"operator\.token_hash is not set"):
        make_page(unchecked, None, Everybody(View()))  # type: ignore[arg-type]  # it is not asked


@pytest.mark.parametrize(
    "text",
    ["", "x", "sha256:00", HASH.upper(), new_operator_token()],
    ids=["nothing", "a letter", "too short", "capitals", "the token itself"],
)
def test_what_is_no_hash_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"operator\.token_hash: is not a hash of a token") as caught:
        settings(token_hash=text)
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize("url", ["https://ops.example.com/accredit", "http://ops.example.com", "ops.example.com"])
def test_a_url_is_https_and_a_place_of_its_own(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"operator\.url"):
        settings(url=url)
    assert settings(url="https://ops.example.com/").url == "https://ops.example.com"


def test_a_token_is_of_256_random_bits_and_no_clients_secret() -> None:
    first, second = new_operator_token(), new_operator_token()
    assert first != second
    assert len(first) == len("aop_") + 43
    stored = OperatorTokenHash.parse(str(OperatorTokenHash.of(first)))
    assert (stored.matches(first), stored.matches(second), stored.matches(first[:-1])) == (True, False, False)
    with pytest.raises(ValueError, match="is no token for the operator's page of ours"):
        OperatorTokenHash.of(new_secret())
    with pytest.raises(ValueError, match="is no client secret of ours"):
        SecretHash.of(first)
    assert not SecretHash.parse(str(stored)).matches(first)
    assert HASH not in repr(settings(token_hash=HASH))
