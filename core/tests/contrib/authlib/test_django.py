"""Authlib's server of Django logs in as that of Flask does."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from accredit.errors import WrongMediaType

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def outcome() -> dict[str, Any]:
    command = [sys.executable, "-W", "error", "-m", "core.tests.contrib.authlib.django_project"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, check=False)  # noqa: S603 - our own program
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("name", ["json", "exchange", "chunks"])
def test_a_login_answers_with_the_projects_own_tokens(outcome: dict[str, Any], name: str) -> None:
    answer = outcome["answers"][name]
    assert answer["status"] == 200
    assert answer["access_token"]
    assert ("refresh_token" in answer) == (name != "exchange")


def test_each_login_is_of_one_user_and_has_one_token(outcome: dict[str, Any]) -> None:
    assert (outcome["users"], outcome["tokens"]) == (1, 3)


@pytest.mark.parametrize(
    ("name", "status", "sentence"),
    [
        ("multipart", 400, WrongMediaType.description),
        ("foreign", 401, "invalid access_token: invalid_token"),
        ("nobody", 403, "invalid client"),
        ("large", 400, "the request body could not be parsed"),
        ("endless", 400, "the request body could not be parsed"),
        ("twice", 400, "the request body could not be parsed"),
        ("get", 405, "use POST"),
    ],
)
def test_what_is_refused_is_refused_in_the_words_of_the_contract(
    outcome: dict[str, Any], name: str, status: int, sentence: str
) -> None:
    answer = outcome["answers"][name]
    assert (answer["status"], answer["error_description"]) == (status, sentence)
