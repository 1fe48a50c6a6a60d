"""A run, as small as it can be; and that no answer is taken for right that is not."""

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.benchmarks.credentials import APP_ID, APP_SECRET, CLIENT_ID
from tests.benchmarks.dialects import contract
from tests.benchmarks.environments import PEERS
from tests.benchmarks.provider import Provider, token, user_id
from tests.benchmarks.wire import Answer, Request

ROOT = Path(__file__).parents[2]
SMALL = "--cases fresh,refresh --servers floor,accredit --in-flight 2 --rounds 1 --seconds 0.1 --users 4"


@pytest.mark.slow
def test_a_small_run_measures_ours_beside_the_floor_and_says_who_refuses_another_apps_token() -> None:
    command = [sys.executable, "-m", "tests.benchmarks", *SMALL.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = re.findall(r"^ +2  (floor|Accredit) +[≥ ]*([\d,]+) +\d", done.stdout, re.MULTILINE)
    assert [name for name, _ in rows] == ["floor", "Accredit", "floor", "Accredit"]
    assert re.findall(r"^floor +refused \(401\) +–", done.stdout, re.MULTILINE)
    assert re.findall(r"^Accredit +refused \(401\) +refused \(401\)", done.stdout, re.MULTILINE)


def ask(provider: Provider, target: str) -> Answer:
    """Return what the provider answers."""
    answers: list[Answer] = []
    provider(Request(url=target.encode()), answers.append)
    return answers[0]


def test_the_provider_knows_its_own_apps_tokens_and_refuses_others_as_facebook_does() -> None:
    provider = Provider()
    inspect = f"/v25.0/debug_token?access_token={APP_ID}|{APP_SECRET}&input_token="
    ours, others = token("0" * 16, 7), token("0" * 16, 7, app="Other")
    assert json.loads(ask(provider, inspect + ours).body)["data"]["user_id"] == user_id(7)
    assert ask(provider, inspect + others).status == 400
    assert ask(provider, inspect + "EAAsomething").status == 400
    assert ask(provider, f"/debug_token?access_token={APP_ID}|wrong&input_token={ours}").status == 400
    # Who does not ask about the app gets the profile all the same: that is the trap.
    assert json.loads(ask(provider, f"/me?access_token={others}").body)["id"] == user_id(7)
    assert ask(provider, f"/me?access_token={ours}&appsecret_proof={'0' * 64}").status == 400
    assert json.loads(ask(provider, f"/app?access_token={others}").body)["id"] != APP_ID
    assert provider.calls == 7


def test_its_google_tells_everybody_whose_a_token_is_and_those_who_ask_for_which_app() -> None:
    provider = Provider()
    ours, others = (token("0" * 16, 7, app=app, is_googles=True) for app in ("Bench", "Other"))
    assert json.loads(ask(provider, f"/userinfo?access_token={ours}").body)["sub"] == user_id(7)
    assert json.loads(ask(provider, f"/userinfo?access_token={others}").body)["sub"] == user_id(7)
    assert json.loads(ask(provider, f"/tokeninfo?access_token={ours}").body)["aud"] == CLIENT_ID
    assert json.loads(ask(provider, f"/tokeninfo?access_token={others}").body)["aud"] != CLIENT_ID


def answer(subject: str, **changes: object) -> Answer:
    """Return an answer of the contract."""
    claims = base64.urlsafe_b64encode(json.dumps({"sub": subject}).encode()).rstrip(b"=").decode()
    body = {"access_token": "a", "refresh_token": "r", "id_token": f"h.{claims}.s", **changes}
    return Answer(200, json.dumps(body).encode())


def test_an_answer_is_right_if_it_is_complete_and_for_the_user_whose_token_it_was() -> None:
    fault = contract().fault
    assert fault(answer(f"facebook|{user_id(7)}"), user_id(7)) is None
    assert fault(answer(f"facebook|{user_id(8)}"), user_id(7)) == "200 for another user"
    assert fault(answer(f"facebook|{user_id(7)}", refresh_token=""), user_id(7)) is not None
    assert fault(answer(f"facebook|{user_id(7)}", access_token=""), user_id(7)) is not None
    assert fault(answer(f"facebook|{user_id(7)}", id_token="x"), user_id(7)) is not None
    assert fault(Answer(503, b'{"error":"temporarily_unavailable"}'), user_id(7)) is not None
    assert fault(Answer(200, b"<html>"), user_id(7)) == "200, no JSON"


@pytest.mark.parametrize("path", sorted(PEERS.glob("*/requirements.txt")), ids=lambda path: path.parent.name)
def test_what_a_peer_needs_is_pinned_by_hash_and_names_no_address(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "://" not in text
    for requirement in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==\S+", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement
