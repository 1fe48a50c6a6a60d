"""The example of the tutorial does what its page says, and its API refuses what it must."""

import re
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from accredit import Exchange, Settings, create_app
from accredit.testing import serve

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs/examples"
PAGE = (ROOT / "docs/tutorials/first-login.md").read_text("utf-8")
AUDIENCE = "https://notes.example.com/"
LOGIN = {"client_id": "notes-app", "connection": "facebook", "access_token": "EAAsim-good-ada"}


def code(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_shows_the_files_as_they_are() -> None:
    assert code("python") == [(EXAMPLES / name).read_text("utf-8") for name in ("api.py", "client.py")]
    assert code("toml") == [(EXAMPLES / "accredit.toml").read_text("utf-8")]


@pytest.mark.slow
def test_the_tour_says_what_the_page_says() -> None:
    command = [sys.executable, str(EXAMPLES / "tour.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout == code("text")[1]


@contextmanager
def serving_api(issuer: str, *, audience: str = AUDIENCE) -> Iterator[httpx.Client]:
    names: dict[str, Any] = {}
    exec(code("python")[0], names)
    with (
        serve(names["create_api"](issuer=issuer, audience=audience)) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def issuer(connections: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve what the page's settings say; returns the issuer."""
    folder = tmp_path_factory.mktemp("example")
    tables = tomllib.loads(code("toml")[0])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    tables["issuer"] = f"http://127.0.0.1:{port}/"
    tables["connections"] = {name: connections[name] for name in tables["connections"]}
    tables["storage"] = {"url": f"sqlite:///{folder}/accredit.db"}
    tables["keys"] = {"path": f"{folder}/keys.json"}
    with serve(create_app(Exchange(Settings.model_validate(tables))), port=port):
        yield tables["issuer"]


@pytest.fixture(scope="module")
def api(issuer: str) -> Iterator[httpx.Client]:
    with serving_api(issuer) as client:
        yield client


def login(issuer: str, **more: str) -> Any:
    answer = httpx.post(f"{issuer}oauth/access_token", json={**LOGIN, **more}, timeout=30)
    assert answer.status_code == 200
    return answer.json()


def ask(api: httpx.Client, token: str) -> tuple[int, str | None]:
    answer = api.get("/notes", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.headers.get("WWW-Authenticate")


REFUSED = (401, 'Bearer error="invalid_token"')


def test_the_api_takes_its_token(api: httpx.Client, issuer: str) -> None:
    assert ask(api, login(issuer, audience=AUDIENCE, scope="read:notes")["access_token"]) == (200, None)


def test_a_token_without_the_scope_is_not_enough(api: httpx.Client, issuer: str) -> None:
    token = login(issuer, audience=AUDIENCE, scope="openid")["access_token"]
    assert ask(api, token) == (403, 'Bearer error="insufficient_scope", scope="read:notes"')


def test_a_token_for_another_audience_is_refused(api: httpx.Client, issuer: str) -> None:
    assert ask(api, login(issuer, scope="openid")["access_token"]) == REFUSED


def test_an_id_token_is_refused_even_where_its_audience_fits(issuer: str) -> None:
    with serving_api(issuer, audience=LOGIN["client_id"]) as api:
        assert ask(api, login(issuer, scope="openid")["id_token"]) == REFUSED


def test_a_token_signed_by_somebody_else_is_refused(api: httpx.Client, issuer: str) -> None:
    token = login(issuer, audience=AUDIENCE, scope="read:notes")["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    header = jwt.get_unverified_header(token)
    somebody = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for key_id in (header["kid"], "theirs"):
        forged = jwt.encode(claims, somebody, algorithm="RS256", headers={"kid": key_id, "typ": "at+jwt"})
        assert ask(api, forged) == REFUSED
    assert ask(api, jwt.encode(claims, "", algorithm="none", headers={"kid": header["kid"]})) == REFUSED


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "EAAsim-good-ada"])
def test_what_is_no_token_of_ours_is_refused(api: httpx.Client, token: str) -> None:
    assert ask(api, token) == REFUSED


def test_a_token_is_needed(api: httpx.Client) -> None:
    assert api.get("/notes").status_code == 401


def test_nothing_is_let_in_while_the_keys_are_out_of_reach(issuer: str) -> None:
    token = login(issuer, audience=AUDIENCE, scope="read:notes")["access_token"]
    with serving_api("http://127.0.0.1:9/") as api:
        assert ask(api, token) == (503, None)
