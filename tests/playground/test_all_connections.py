"""The playground with every connection of this repository: what its buttons promise is what comes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from core.tests.playground.room import Room, room, seen
from tests.conftest import STRATEGIES

from accredit.playground.stock import stock_of
from accredit.testing import ACCEPTED

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def here() -> Iterator[Room]:
    with room() as one:
        yield one


def test_each_connection_can_be_chosen(here: Room) -> None:
    assert [one.name for one in here.sandbox.providers] == list(STRATEGIES)
    for name in STRATEGIES:
        assert f"The provider is {name}" in here.text(f"/?connection={name}")


@pytest.mark.parametrize("name", STRATEGIES)
def test_each_sample_comes_to_what_its_button_says(here: Room, name: str) -> None:
    provider = next(one for one in here.sandbox.providers if one.name == name)
    expected = {sample.name: sample.expected for sample in provider.samples}
    buttons = re.findall(r'name="sample" value="([^"]*)"', here.browser.get("/", params={"connection": name}).text)

    assert set(map(unescape, buttons)) == set(expected)
    for sample, reason in expected.items():
        text = here.see("send", connection=name, sample=sample)
        event = here.last.login
        assert event is not None, sample
        assert event.reason == ("ok" if reason == ACCEPTED else reason), (sample, event.detail)
        assert "What the app sees" in text


@pytest.mark.parametrize("name", STRATEGIES)
def test_another_apps_token_is_told_as_such_with_whose_it_is(here: Room, name: str) -> None:
    provider = next(one for one in here.sandbox.providers if one.name == name)
    foreign = [one for one in provider.samples if one.is_foreign or one.expected == "wrong_audience"]
    assert foreign
    for sample in foreign:
        text = here.see("send", connection=name, sample=sample.name)
        assert " for another app " in text or " for which app this token was made " in text, sample.name
        assert " is genuine, and it is " in text, sample.name
        assert "User: Log in at the provider again" not in text, sample.name


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_first_person_is_let_in_as_often_as_anybody_likes(here: Room, name: str) -> None:
    provider = next(one for one in here.sandbox.providers if one.name == name)
    for _ in range(2):
        here.see("send", connection=name, sample=provider.good.name)
        assert here.last.status == 200


def test_what_stands_beside_a_pasted_credential_is_sent_too(here: Room) -> None:
    sent: set[str] = set()
    for provider in here.sandbox.providers:
        for sample in provider.samples:
            if sample.expected == ACCEPTED and len(sample.parameters) > 1:
                fresh = provider.simulator.fresh(sample)
                beside = {f"beside-{name}": value for name, value in fresh.parameters.items() if name != fresh.field}
                here.do("paste", connection=provider.name, field=fresh.field, credential=fresh.credential, **beside)
                assert here.last.status == 200, (provider.name, sample.name)
                assert fresh.credential not in here.last.fields.values()
                sent |= fresh.parameters.keys()

    assert {"access_token_secret", "nonce", "code_verifier", "redirect_uri", "id_token", "naver_state", "user"} <= sent


@pytest.mark.parametrize(
    ("name", "kinds", "beside"),
    [
        ("weibo", ["access_token"], []),
        ("tiktok", ["code"], ["code_verifier", "redirect_uri"]),
        ("naver", ["access_token", "code"], ["naver_state", "code_verifier", "redirect_uri"]),
    ],
)
def test_a_form_asks_for_what_its_connection_takes(here: Room, name: str, kinds: list[str], beside: list[str]) -> None:
    page = here.browser.get("/", params={"connection": name}).text
    form = page.partition('action="/playground/paste"')[2].partition("</form>")[0]

    assert re.findall(r'name="field" value="(\w+)"', form) == kinds
    assert re.findall(r'name="beside-(\w+)"', form) == ["nonce", "access_token_secret", *beside]


def test_the_story_says_who_would_be_logged_in_by_a_token_of_another_app(here: Room) -> None:
    start = here.browser.get("/").text
    [_, theirs] = re.findall(r'name="sample" value="([^"]*)"><button type="submit">', start)

    text = here.see("send", connection="facebook", sample=unescape(theirs))
    assert here.last.status == 401
    assert "100000000000099" in text
    assert "sent by the quiz app, by a button" in text
    assert "logged in here now as Ada Lovelace" in text


def test_the_story_says_where_a_code_stands_for_the_token(here: Room) -> None:
    told = [name for name in STRATEGIES if "What it hands out is a code" in here.text(f"/?connection={name}")]

    assert told == ["naver", "tiktok", "wechat"]


@pytest.mark.parametrize("name", STRATEGIES)
def test_what_the_story_promises_of_another_apps_token_is_what_comes(here: Room, name: str) -> None:
    page = here.browser.get("/", params={"connection": name})
    [_, theirs] = re.findall(r'name="sample" value="([^"]*)"><button type="submit">', page.text)
    here.see("send", connection=name, sample=unescape(theirs))

    assert here.last.login is not None
    is_named = here.last.login.reason == "wrong_audience"
    assert ("See why it must be kept out." in seen(page)) is is_named
    assert (f"But {name} does not tell your app about it" in seen(page)) is not is_named


@pytest.mark.parametrize(
    ("connection", "sample", "is_the_quizs"),
    [
        ("facebook", "foreign_app-ada", True),
        ("facebook", "limited_login_foreign_app-ada", True),
        ("linkedin", "foreign_app-ada", True),
        ("kakao", "id_token-foreign_app-ada", True),
        ("kakao", "id_token-number-ada", False),
        ("kakao", "both-number-ada", False),
        ("weibo", "foreign_app-ada", True),
        ("weibo", "not_current_user-ada", False),
        ("naver", "bearer-foreign-ada", True),
        ("naver", "bearer-good-ada", False),
    ],
)
def test_only_what_is_another_apps_is_told_as_the_quiz_apps(
    here: Room, connection: str, sample: str, is_the_quizs: bool
) -> None:
    text = here.see("send", connection=connection, sample=sample)

    assert here.last.login is not None
    assert here.last.login.reason == "wrong_audience"
    assert ("the quiz app" in text) is is_the_quizs
    assert ("the quiz app" in here.last.sent.label) <= is_the_quizs


def test_keys_are_rotated_and_the_key_set_fails_until_it_is_let_answer_again(here: Room) -> None:
    provider = next(one for one in here.sandbox.providers if one.name == "apple")
    assert provider.simulator.id_tokens is not None
    before = provider.simulator.id_tokens.keys
    text = here.see("keys", connection="apple", do="rotate")
    now = provider.simulator.id_tokens.keys
    assert now[1:] == before[:1]
    assert f"it signs with {now[0].kid} now, and no more with {before[0].kid} ." in text
    assert "Log Ada in with the new key" in text
    here.see("send", connection="apple", sample=provider.good.name)
    assert here.last.status == 200

    assert "nobody can read its keys" in here.see("keys", connection="apple", do="down")
    here.see("time", seconds="86400")
    here.see("time", seconds="86400")
    here.see("send", connection="apple", sample=provider.good.name)
    assert here.last.status == 503
    assert "nobody can read its keys" not in here.see("keys", connection="apple", do="up")
    here.see("time", seconds="31")
    here.see("send", connection="apple", sample=provider.good.name)
    assert here.last.status == 200
    assert here.do("keys", connection="apple", do="sideways").status_code == 400


def test_with_a_key_set_that_fails_the_page_says_which_tokens_are_let_in_all_the_same(here: Room) -> None:
    provider = next(one for one in here.sandbox.providers if one.name == "apple")
    hint = "Accredit still believes the keys that it has read lately"
    rule = "Accredit reads the provider's keys again when it meets a key that it does not know, unless"
    here.do("keys", connection="apple", do="rotate")
    here.see("send", connection="apple", sample=provider.good.name)
    assert asked_for_keys(here)
    assert hint not in here.text("/?connection=apple")

    text = here.see("keys", connection="apple", do="down")
    assert f"{hint}: what they have signed can still be checked. Change the keys, then log in." in text
    assert rule in text
    here.see("send", connection="apple", sample=provider.good.name)
    assert (here.last.status, asked_for_keys(here)) == (200, False)
    assert rule in here.text("/?connection=apple")

    here.do("keys", connection="apple", do="rotate")
    here.see("send", connection="apple", sample=provider.good.name)
    assert (here.last.status, asked_for_keys(here)) == (503, True)
    here.see("send", connection="apple", sample=provider.good.name)
    assert (here.last.status, asked_for_keys(here)) == (503, False)
    here.do("keys", connection="apple", do="up")
    here.see("time", seconds="31")


def asked_for_keys(here: Room) -> bool:
    """Tell whether the last login has read the provider's keys."""
    assert here.last.login is not None
    return any("keys" in call.url for call in here.last.login.calls)


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_fault_is_met_once_so_much_time_has_passed_as_the_page_says(here: Room, name: str) -> None:
    provider = next(one for one in here.sandbox.providers if one.name == name)
    stock = stock_of(provider)
    assert stock.people is not None
    assert stock.of_ours is not None
    for sample in (stock.people.samples[0][0], stock.of_ours):
        here.see("send", connection=name, sample=sample.name)
        assert here.last.status == 200
        page = here.browser.get(here.do("fault", connection=name, fault="error").headers["location"]).text
        [*_, longest] = re.findall(
            r'name="seconds" value="(\d+)"', page.partition('id="faults"')[2].partition("<label")[0]
        )
        here.see("time", seconds=longest, connection=name)
        here.see("send", connection=name, sample=sample.name)
        assert here.last.status == 503
        here.see("fault", connection=name, fault="")
        here.see("time", seconds="31")


def test_another_providers_account_is_linked(here: Room) -> None:
    here.see("send", connection="facebook", sample="good-ada")
    text = here.see("link", run=str(here.last.number), connection="weibo")

    assert here.last.status == 200
    assert here.last.login is not None
    assert (here.last.login.linked, here.last.login.subject) == (True, "facebook|1000000000000001")
    assert re.search(r"Linked accounts Ada Lovelace 's account at weibo \( \d+ \) Unlink weibo", text)


def test_what_a_provider_tells_of_its_own_accord_is_recorded(here: Room) -> None:
    provider = next(one for one in here.sandbox.providers if one.name == "facebook")
    [notice, *_] = provider.simulator.notices()
    here.browser.request(
        notice.method, f"/notices/facebook?{notice.query}", headers=dict(notice.headers), content=notice.body
    )

    assert here.last.event is not None
    assert (here.last.event.name, here.last.path) == ("notice.received", "/notices/facebook")
    run = here.browser.get(f"/playground/runs/{here.last.number}")
    assert "The provider has told something" in seen(run)
    assert notice.proof not in run.text
