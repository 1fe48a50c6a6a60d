"""Who may see the page: by name, by token, by cookie, and by nothing else."""

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest
from core.tests.operator.desk import TOKEN, URL, office, seen, sign_in

from accredit.operator.attempts import MOST_WRONG
from accredit.operator.sessions import MOST_SESSIONS, SESSION_S
from accredit.settings.operator import new_operator_token

PLACES = ("/", "/refusals", "/keys", "/subject", "/subject?subject=acme%7C1000", "/confirm?action=block&subject=x")
PUBLIC = "https://ops.example.com"


@pytest.mark.parametrize("path", PLACES)
async def test_without_having_signed_in_there_is_nothing_but_the_way_to_do_so(path: str) -> None:
    async with office(signed_in=False) as one:
        answer = await one.browser.get(path)
        assert (answer.status_code, answer.headers["location"], answer.content) == (303, "/sign-in", b"")
        await one.sign_in()
        assert (await one.browser.get(path)).status_code == 200


async def test_the_token_opens_it_by_a_cookie_that_scripts_and_other_sites_do_not_get() -> None:
    async with office(signed_in=False) as one:
        answer = await one.sign_in()
        room = answer.headers["location"]
        assert answer.status_code == 303
        assert re.fullmatch(r"/~[\w-]{32}/", room)
        assert re.fullmatch(
            rf"accredit-operator=[\w-]{{43}}; Path={room}; Max-Age={SESSION_S}; HttpOnly; SameSite=Strict",
            answer.headers["set-cookie"],
        )
        assert "Overview" in await one.text("/")
        assert (await one.browser.get("/sign-in")).headers["location"] == "./"
        assert [event.name for event in one.wire.heard] == ["operator.signed_in"]


@pytest.mark.parametrize(
    "token",
    ["", "x", TOKEN[:-1], f"{TOKEN}x", TOKEN.upper(), new_operator_token(), "ä" * 50, "aop_" + "A" * 43],
    ids=["nothing", "a letter", "too short", "too long", "capitals", "of another page", "no ASCII", "made up"],
)
async def test_any_other_token_is_refused_after_a_second(token: str) -> None:
    async with office(signed_in=False) as one:
        answer = await one.sign_in(token)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
        assert "That is not the token." in seen(answer)
        assert 'role="alert"' in answer.text
        assert one.waited == [1.0]
        assert [(event.name, event.level) for event in one.wire.heard] == [("operator.wrong_token", "warning")]
        assert (await one.browser.get("/")).status_code == 303


async def test_many_wrong_ones_are_refused_at_once_and_the_right_one_is_let_in_all_the_same() -> None:
    async with office(signed_in=False) as one:
        statuses = [(await one.sign_in("wrong")).status_code for _ in range(MOST_WRONG + 3)]
        assert statuses == [403] * MOST_WRONG + [429] * 3
        limited = await one.sign_in("wrong")
        assert limited.headers["retry-after"] == "60"
        assert len(one.waited) == MOST_WRONG
        told = [event.name for event in one.wire.heard]
        assert told == ["operator.wrong_token"] * MOST_WRONG + ["operator.many_wrong_tokens"]
        assert (await one.sign_in()).status_code == 303
        one.wire.clock.advance(60)
        assert (await one.sign_in("wrong")).status_code == 403


async def test_the_token_is_in_no_page_no_log_and_no_address() -> None:
    async with office(signed_in=False) as one:
        answers = [await one.sign_in("wrong" + TOKEN), await one.sign_in(), await one.browser.get("/")]
        answers.append(await one.browser.get("/", params={"token": TOKEN}))  # nobody reads it there
        for answer in answers:
            assert TOKEN not in f"{answer.text}{answer.headers}"
        assert TOKEN not in str(one.wire.log.lines)
        async with one.another_browser() as other:
            assert (await other.get("/", params={"token": TOKEN})).status_code == 303
            assert (await other.get("/sign-in", params={"token": TOKEN})).status_code == 200


async def test_whoever_serves_another_port_of_this_machine_is_not_sent_the_cookie() -> None:
    async with office() as one:
        for path in ("", "sign-in", "subject", "~x/", "page.css"):
            asked = [one.browser.build_request("GET", f"http://127.0.0.1:{port}/{path}") for port in (9999, 9465)]
            assert ["cookie" in request.headers for request in asked] == [False, False], path
        ours = one.browser.build_request("GET", "subject")
        assert "cookie" in ours.headers
        page = await one.browser.get("")
        assert not [link for link in re.findall(r'(?:href|action)="(/[^"]*)"', page.text) if link != "/page.css"]


async def test_the_cookie_opens_nothing_without_the_room_for_which_it_is() -> None:
    async with office() as one, one.another_browser() as other:
        cookie = {"Cookie": f"accredit-operator={one.browser.cookies['accredit-operator']}"}
        room = one.browser.base_url.path
        assert (await other.get(room, headers=cookie)).status_code == 200
        for elsewhere in ("/", "/~/", f"{room[:-2]}/", "/~ä/", f"/{room[2:]}"):
            assert (await other.get(elsewhere, headers=cookie)).status_code in {303, 404}, elsewhere
        form = {"form_token": await one.form_token(), "action": "block", "subject": "acme|1000"}
        assert (await other.post("/do", headers=cookie, data=form)).headers["location"] == "/sign-in"
        assert not await one.wire.exchange.subjects.is_blocked("acme|1000")


async def test_signing_out_ends_it_here_and_not_only_in_the_browser() -> None:
    async with office() as one:
        cookie = f"accredit-operator={one.browser.cookies['accredit-operator']}"
        answer = await one.browser.post("/sign-out", data={"form_token": await one.form_token()})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert "Max-Age=0" in answer.headers["set-cookie"]
        async with one.another_browser() as other:
            assert (await other.get("/", headers={"Cookie": cookie})).status_code == 303
        assert one.wire.heard[-1].name == "operator.signed_out"


async def test_it_ends_after_an_hour_by_a_clock_that_nobody_can_set() -> None:
    async with office() as one:
        one.wire.clock.now -= 86_400
        one.wire.clock.advance(SESSION_S - 1)
        assert (await one.browser.get("/")).status_code == 200
        one.wire.clock.advance(1)
        assert (await one.browser.get("/")).status_code == 303


async def test_of_many_browsers_the_oldest_has_to_sign_in_again() -> None:
    async with office() as one:
        for number in range(MOST_SESSIONS):
            assert (await one.browser.get("/")).status_code == 200, number
            async with one.another_browser() as other:
                await other.post("/sign-in", data={"token": TOKEN})
        assert (await one.browser.get("/")).status_code == 303


@pytest.mark.parametrize("cookie", ["", "x", "accredit-operator=", "accredit-operator=x; other", "=;=;;"])
async def test_a_cookie_of_nobodys_opens_nothing(cookie: str) -> None:
    async with office() as one, one.another_browser() as other:
        assert (await other.get("/", headers={"Cookie": cookie})).status_code == 303


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9465", "http://localhost:9465", "http://localhost", "http://[::1]:9465", "http://127.3.2.1:1"],
)
async def test_on_loopback_it_is_there_by_every_name_and_at_every_port(url: str) -> None:
    async with office(at=url) as one:
        assert (await one.browser.get("/")).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.1@evil.example", "10.0.0.5:9465",
     "127.0.0.1:9465/x", "localhost:x", "[::1", "", "0.0.0.0:9465", "ops.example.com", "localhost."],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_name_of_somebody_elses_that_leads_here_gets_nothing(method: str, host: str) -> None:
    async with office() as one:
        for path in ("/", "/sign-in", "/page.css"):
            answer = await one.browser.request(
                method, path, headers={"Host": host}, data={} if method == "POST" else None
            )
            assert answer.status_code == 421
            assert "operator.url" in answer.text


async def test_behind_a_proxy_with_tls_it_is_there_by_that_name_and_the_cookie_goes_over_tls_alone() -> None:
    async with office(url=PUBLIC, at=PUBLIC, signed_in=False) as one:
        answer = await one.sign_in(Origin=PUBLIC)
        assert answer.headers["set-cookie"].startswith("__Host-accredit-operator=")
        assert answer.headers["set-cookie"].endswith("; HttpOnly; SameSite=Strict; Secure")
        assert (await one.browser.get("/")).status_code == 200
        for host in ("ops.example.com:444", "ops.example.org", "other.ops.example.com"):
            assert (await one.browser.get("/", headers={"Host": host})).status_code == 421


async def test_with_such_a_name_a_tunnel_to_loopback_still_works() -> None:
    async with office(url=PUBLIC) as one:
        assert "Secure" not in (await one.sign_in()).headers["set-cookie"]


OTHERS = [
    "https://evil.example",
    "http://127.0.0.1:3000",
    "http://localhost:9465",
    "https://127.0.0.1:9465",
    "null",
    "x",
]


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/do"])
async def test_a_form_of_another_site_does_nothing(path: str) -> None:
    async with office() as one:
        form = {"form_token": await one.form_token(), "token": TOKEN, "action": "block", "subject": "acme|1000"}
        before = len(one.wire.heard)
        for origin in OTHERS:
            answer = await one.browser.post(path, data=form, headers={"Origin": origin})
            assert answer.status_code == 403, origin
        for site in ("cross-site", "same-site", "none", ""):
            answer = await one.browser.post(path, data=form, headers={"Sec-Fetch-Site": site})
            assert answer.status_code == 403, site
        assert len(one.wire.heard) == before
        own = {"Origin": "http://127.0.0.1:9465", "Sec-Fetch-Site": "same-origin"}
        assert (await one.browser.post(path, data=form, headers=own)).status_code == 303


@pytest.mark.parametrize("path", ["/sign-out", "/do"])
async def test_a_form_without_what_stands_in_our_own_does_nothing(path: str) -> None:
    async with office() as one:
        async with one.another_browser() as other:
            await sign_in(other)
            others = re.findall(r'name="form_token" value="([^"]*)"', (await other.get("/")).text)[0]
        form = {"action": "block", "subject": "acme|1000"}
        own = await one.form_token()
        for token in (None, "", "x", own[:-1], others, "ä"):
            answer = await one.browser.post(path, data=form if token is None else {**form, "form_token": token})
            assert answer.status_code == 403, token
        assert not await one.wire.exchange.subjects.is_blocked("acme|1000")
        assert (await one.browser.post(path, data={**form, "form_token": own})).status_code == 303


@pytest.mark.parametrize("path", ["/sign-out", "/do"])
async def test_nothing_is_done_for_who_has_not_signed_in(path: str) -> None:
    async with office(signed_in=False) as one:
        answer = await one.browser.post(path, data={"action": "block", "subject": "acme|1000", "form_token": ""})
        assert answer.headers["location"] == "/sign-in"
        assert not await one.wire.exchange.subjects.is_blocked("acme|1000")


@pytest.mark.parametrize("path", ["/", "/subject", "/nowhere"])
async def test_what_is_read_cannot_be_posted_to(path: str) -> None:
    async with office() as one:
        answer = await one.browser.post(path, data={"form_token": await one.form_token()})
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/do", "/sign-out"])
async def test_nothing_is_changed_by_an_address(path: str) -> None:
    async with office() as one:
        form = {"form_token": await one.form_token(), "action": "block", "subject": "acme|1000"}
        assert (await one.browser.get(path, params=form)).status_code == 404
        assert (await one.browser.get("/")).status_code == 200
        assert not await one.wire.exchange.subjects.is_blocked("acme|1000")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_other_methods_are_refused_and_nobody_elses_page_may_read_an_answer(method: str) -> None:
    async with office() as one:
        answer = await one.browser.request(method, "/", headers={"Origin": "https://evil.example"})
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
        assert not [name for name in answer.headers if name.startswith("access-control")]


HEADERS = {
    "cache-control": "no-store",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.mark.parametrize("path", [*PLACES, "/sign-in", "/page.css", "/live.js", "/nowhere"])
async def test_every_answer_has_the_headers_that_keep_it_to_itself(path: str) -> None:
    async with office() as one:
        answer = await one.browser.get(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        policy = answer.headers["content-security-policy"].split("; ")
        assert policy[0] == "default-src 'none'"
        assert {"frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} <= set(policy)
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", answer.text)
        head = await one.browser.head(path)
        assert (head.status_code, head.content) == (answer.status_code, b"")
        if answer.status_code == 200:
            assert head.headers["content-length"] == answer.headers["content-length"]


async def test_a_form_is_a_form_and_short() -> None:
    async with office(signed_in=False) as one:
        as_json = await one.browser.post("/sign-in", json={"token": TOKEN})
        assert (as_json.status_code, as_json.text) == (400, "only forms are read\n")
        too_long = await one.browser.post("/sign-in", data={"token": "x" * 9000})
        assert (too_long.status_code, too_long.text) == (400, "the form is too long\n")
        many = await one.browser.post("/sign-in", data={f"x{number}": "x" for number in range(30)})
        assert (many.status_code, many.text) == (400, "the form cannot be read\n")
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        not_ascii = await one.browser.post("/sign-in", content=b"token=\xff", headers=headers)
        assert (not_ascii.status_code, not_ascii.text) == (400, "the form cannot be read\n")


async def test_a_form_in_pieces_arrives_whole() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for letter in f"token={TOKEN}".encode():
            yield bytes([letter])

    async with office(signed_in=False) as one:
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        assert (await one.browser.post("/sign-in", content=pieces(), headers=headers)).status_code == 303


async def test_half_a_form_does_nothing_to_whom_it_names_by_half() -> None:
    half = "acme|100"  # of acme|1000
    async with office() as one:
        form = urlencode({"form_token": await one.form_token(), "action": "block", "subject": half}).encode()
        cookie = "; ".join(f"{name}={value}" for name, value in one.browser.cookies.items())
        messages = [{"type": "http.request", "body": form, "more_body": True}, {"type": "http.disconnect"}]
        sent: list[Any] = []

        async def receive() -> Any:
            return messages.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        headers = {
            "host": "127.0.0.1:9465",
            "origin": URL,
            "cookie": cookie,
            "content-type": "application/x-www-form-urlencoded",
        }
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        path = f"{one.browser.base_url.path}do"
        await one.page({"method": "POST", "path": path, "query_string": b"", "headers": raw}, receive, send)
        assert sent[0]["status"] == 400
        assert not await one.wire.exchange.subjects.is_blocked(half)
