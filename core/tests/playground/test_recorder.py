from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from core.tests.playground.room import Room

from accredit import AppBound, Verification, VerifyContext
from accredit.audit.events import RefreshEvent, RevocationEvent, UserinfoEvent
from accredit.errors import InvalidProviderToken
from accredit.playground.asked import asked
from accredit.playground.recorder import TICKET, Recorder
from accredit.playground.recording import Sent
from accredit.playground.recordings import Recordings

SECRET = "EAAreal-token-of-somebody"


def test_a_login_of_an_app_of_ones_own_is_recorded_with_what_the_provider_said(here: Room) -> None:
    tokens = here.login()

    last = here.last
    assert (last.method, last.path, last.status) == ("POST", "/oauth/access_token", 200)
    assert last.answer is not None
    assert last.answer["access_token"] == tokens["access_token"]
    assert last.login is not None
    assert last.login.outcome == "accepted"
    assert last.verification is not None
    assert last.verification.audience == AppBound("123")
    assert last.profile is not None
    assert last.profile.name == "Ada Lovelace"
    assert last.sent.label == ""


def test_a_token_of_another_app_is_recorded_with_whose_it_is(here: Room) -> None:
    here.login("fakesim-foreign-ada")

    assert here.last.login is not None
    assert here.last.login.reason == "wrong_audience"
    assert here.last.verification is not None
    assert (here.last.verification.user_id, here.last.profile) == ("1000000000000001", None)


def test_where_the_provider_is_not_asked_again_what_it_said_before_is_told(here: Room) -> None:
    for _ in range(2):
        here.login("fakesim-foreign-grace")

    assert here.last.login is not None
    assert here.last.login.verified_by == "cache"
    assert here.last.verification is not None
    assert here.last.verification.user_id == "1000000000000002"


def test_what_was_said_of_one_token_is_not_told_of_another(here: Room) -> None:
    here.login("fakesim-foreign-ada")
    here.login("fakesim-unknown-ada")

    assert here.last.verification is None


def test_refreshes_questions_and_revocations_are_recorded_too(here: Room) -> None:
    tokens = here.login()
    session = here.last.events[0].session_id
    fields = {"client_id": "sample-app", "grant_type": "refresh_token"}
    here.post("/oauth/token", **fields, refresh_token=tokens["refresh_token"])
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    httpx.get(f"{here.url}/userinfo", headers=bearer, trust_env=False)
    assert isinstance(here.last.event, UserinfoEvent)
    here.post("/oauth/revoke", client_id="sample-app", token=tokens["refresh_token"])

    assert session is not None
    kinds = [type(one.event) for one in here.recorder.recordings.of_session(session)][1:]
    assert kinds == [RefreshEvent, RevocationEvent]


def test_documents_pages_and_probes_are_not_recorded(here: Room) -> None:
    before = here.recorder.recordings.newest()
    for path in ("/", "/.well-known/jwks.json", "/.well-known/openid-configuration", "/readyz", "/nowhere"):
        here.browser.get(path)

    assert here.recorder.recordings.newest() == before


@pytest.mark.parametrize("name", ["access_token", "code", "refresh_token", "state", "anything", "device", "client_id"])
def test_what_a_stranger_sends_is_not_kept_where_it_may_be_secret(here: Room, name: str) -> None:
    secret = SECRET * 6
    here.post(**{"client_id": "sample-app", "connection": "fake", name: secret})

    assert secret not in repr(vars_of(here))
    assert here.last.fields[name] == f"[{len(secret)} characters]"
    assert here.last.fields.get("connection") == "fake"


def test_of_many_fields_the_last_may_be_a_secret_too(here: Room) -> None:
    here.login(**{f"field{number}": "x" for number in range(60)}, state=SECRET)

    assert len(here.last.fields) == 40
    assert SECRET not in repr(vars_of(here))


@pytest.mark.parametrize("place", ["detail", "call", "claims"])
def test_a_secret_is_not_kept_however_a_plugin_quotes_it(
    here: Room, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    secret = f'{SECRET}/of+somebody="'
    quoted = [quote(secret, ""), json.dumps(secret)[1:-1], secret]

    async def verify(strategy: Any, _: object, ctx: VerifyContext) -> Verification:
        if place == "call":
            await ctx.http.get(f"{strategy.settings.api_url}/{quoted[0]}")
        if place != "claims":
            raise InvalidProviderToken(" ".join(quoted))
        return Verification(user_id="7", audience=AppBound("another"), claims={"said": quoted})

    monkeypatch.setattr(type(here.sandbox.exchange.engine.connections["fake"].strategy), "verify", verify)
    here.login(secret)

    assert (here.last.status, here.last.login is None) == (401, False)
    assert "[redacted]" in repr(vars_of(here))
    assert SECRET not in repr(vars_of(here))
    assert SECRET not in here.browser.get(f"/playground/runs/{here.last.number}").text


def test_an_authorization_without_a_scheme_is_a_secret() -> None:
    assert asked({"authorization": SECRET}, b"", b"").secrets == (SECRET,)
    assert asked({"authorization": f"Bearer {SECRET}"}, b"", b"").secrets == (SECRET,)


def test_what_is_no_secret_is_not_blanked_where_it_stands_elsewhere(here: Room) -> None:
    here.login(device="accepted", redirect_uri="Ada Lovelace", user_id="1000000000000001")

    text = here.text(f"/playground/runs/{here.last.number}")
    assert "[redacted]" not in text
    assert "is Ada Lovelace 's" in text


def test_a_secret_that_is_called_like_a_word_of_ours_leaves_that_as_it_is(here: Room) -> None:
    here.login(state="accepted", realm="sample-app", proof="AppBound")

    login = here.last.login
    assert login is not None
    assert (login.outcome, login.client_id, login.audience_proof) == ("accepted", "sample-app", "AppBound")
    assert "is Ada Lovelace 's" in here.text(f"/playground/runs/{here.last.number}")
    assert "Latest requests" in here.text("/")


def test_a_secret_that_stands_where_a_name_should_is_not_kept(here: Room) -> None:
    here.post(**{"client_id": "sample-app", SECRET * 6: "x"})

    assert SECRET not in repr(vars_of(here))


def test_what_an_answer_says_back_to_a_stranger_is_not_kept(here: Room) -> None:
    answer = here.login(state=SECRET)

    assert answer["state"] == SECRET
    assert SECRET not in repr(vars_of(here))
    assert here.last.answer is not None
    assert here.last.answer["access_token"] == answer["access_token"]


def test_our_tokens_are_kept_whole_though_a_jwt_that_was_sent_begins_as_they_do(here: Room) -> None:
    first = here.login()["access_token"]
    answer = here.login(state=first)

    assert answer["access_token"].partition(".")[0] == first.partition(".")[0]
    assert here.last.answer == answer | {"state": "[redacted]"}
    here.see("userinfo", run=str(here.last.number))
    assert here.last.status == 200


def test_what_a_button_sends_stands_in_full_and_nobody_else_can_say_that_it_was_one(here: Room) -> None:
    here.do("send", connection="fake", sample="good-ada")
    assert here.last.fields["access_token"] == "fakesim-good-ada"
    assert "authorization" not in here.last.headers

    fields = {"client_id": "sample-app", "connection": "fake", "access_token": SECRET}
    for ticket in ("", "guessed", "1"):
        headers = {"accredit-playground": ticket}
        httpx.post(f"{here.url}/oauth/access_token", json=fields, headers=headers, trust_env=False)
        assert (here.last.sent.label, here.last.fields["access_token"]) == ("", f"[{len(SECRET)} characters]")


def test_a_bearer_of_a_stranger_is_not_kept_and_its_scheme_is(here: Room) -> None:
    httpx.get(f"{here.url}/userinfo", headers={"Authorization": f"Bearer {SECRET}"}, trust_env=False)

    assert here.last.headers["authorization"] == f"Bearer [{len(SECRET)} characters]"
    assert SECRET not in repr(vars_of(here))


def test_a_token_in_a_query_is_not_kept(here: Room) -> None:
    httpx.get(f"{here.url}/userinfo", params={"access_token": SECRET}, trust_env=False)

    assert here.last.fields == {"access_token": f"[{len(SECRET)} characters]"}
    assert SECRET not in repr(vars_of(here))


@pytest.mark.parametrize("header", [f"{SECRET} x", f"Token\t{SECRET}", f"{SECRET}\tx y"])
def test_of_a_header_without_a_known_scheme_nothing_is_kept(here: Room, header: str) -> None:
    httpx.get(f"{here.url}/userinfo", headers={"Authorization": header}, trust_env=False)

    assert here.last.headers["authorization"] == f"[{len(header)} characters]"
    assert SECRET not in repr(vars_of(here))


def test_a_token_in_the_place_of_a_name_is_not_kept_and_a_name_is(here: Room) -> None:
    here.post(**{SECRET: "", "state": "", "accessToken": ""})

    assert set(here.last.fields) == {f"[{len(SECRET)} characters]", "state", "accessToken"}
    assert SECRET not in repr(vars_of(here))


@pytest.mark.parametrize("path", [SECRET, f"access_token/{SECRET}", f"{SECRET}/token"])
def test_a_token_in_a_path_is_not_kept_and_a_misspelt_path_is(here: Room, path: str) -> None:
    here.post(f"/oauth/{path}")
    assert here.last.path == f"/oauth/{path}".replace(SECRET, f"[{len(SECRET)} characters]")
    assert SECRET not in repr(vars_of(here))

    here.post("/oauth/acces_token")
    assert here.last.path == "/oauth/acces_token"


@pytest.mark.parametrize("name", ["device", "scope", "client_id", "connection"])
def test_a_token_that_stands_in_another_field_too_is_not_kept_there_either(here: Room, name: str) -> None:
    here.post(**{"client_id": "sample-app", "connection": "fake", "access_token": SECRET, name: f"x {SECRET}"})

    assert here.last.fields[name] == "x [redacted]"
    assert SECRET not in repr([here.last.fields, *vars_of(here)[-1:]])


@pytest.mark.parametrize("body", [b"\xff", b"[1]", b'{"a": 1, "a": 2}', b"{" * 2000, b"x" * 200_000])
def test_what_cannot_be_read_is_recorded_without_fields(here: Room, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = httpx.post(f"{here.url}/oauth/access_token", content=body, headers=headers, trust_env=False)

    assert answer.status_code == 400
    assert (here.last.status, here.last.fields) == (400, {})


def test_the_latest_are_kept_up_to_a_number_and_a_size(here: Room) -> None:
    here.login()
    one = here.last
    few, small = Recordings(most=2), Recordings(most_bytes=one.weight * 2)
    for kept in (few, small):
        numbers = [kept.next_number() for _ in range(3)]
        for number in numbers:
            kept.add(type(one)(**{name: getattr(one, name) for name in one.__slots__} | {"number": number}))
        assert [recording.number for recording in kept.newest()] == [3, 2]
        assert kept.get(1) is None


def test_one_that_is_larger_than_all_may_be_is_kept_alone(here: Room) -> None:
    here.login()
    kept = Recordings(most_bytes=1)
    kept.add(here.last)

    assert kept.newest() == (here.last,)


def test_a_ticket_is_good_once(here: Room) -> None:
    ticket = here.recorder.expect(Sent(label="you"))
    for label in ("you", ""):
        httpx.get(f"{here.url}/userinfo", headers={TICKET: ticket}, trust_env=False)
        assert here.last.sent.label == label

    first = here.recorder.recordings.newest()[1].number
    assert (here.recorder.number_of(ticket), here.recorder.number_of(ticket)) == (first, None)


def test_unused_tickets_are_forgotten() -> None:
    recorder = Recorder()
    first = recorder.expect(Sent())
    for _ in range(1000):
        recorder.expect(Sent())

    assert len(recorder._tickets) == 1000
    assert first not in recorder._tickets


def vars_of(here: Room) -> list[object]:
    """Return everything that is kept of the last request, with what its own `repr` leaves out."""
    last = here.last
    said = None if last.verification is None else last.verification.claims
    return [getattr(last, name) for name in last.__slots__] + [said, here.browser.get("/").text]
