"""One login as a file of its own."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from core.tests.acme import ADA
from core.tests.bench import Bench
from core.tests.explaining.logins import explained
from core.tests.web.reading import Read

from accredit.explaining.page.file import file_of
from accredit.web.elements import style

EM = "\u2003"


async def page_of(wire: Bench, token: str = "good-token", **options: bool) -> str:
    told = await explained(wire, token, only_verified=True)
    return file_of(told, made_at=1_800_000_000, made_by="accredit 9.9", **options).decode()


async def test_it_says_of_what_it_is_and_when_and_by_what_it_was_made(wire: Bench) -> None:
    page = await page_of(wire)
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert "<title>acme: accepted – a login, explained</title>" in page
    assert '<h1 id="verdict-title">The login was accepted</h1>' in page
    assert page.count("<h1") == 1
    assert "<dt>Connection</dt><dd><bdi>acme</bdi></dd>" in page
    words = " ".join(Read(page).text.split())
    assert "2027-01-15 08:00:00" in words
    assert "accredit 9.9" in words


async def test_it_needs_nothing_from_anywhere_and_runs_nothing(wire: Bench) -> None:
    read = Read(await page_of(wire))
    assert {tag for tag, _ in read.found} & {"script", "link", "img", "a", "form", "iframe", "object", "base"} == set()
    assert {name for _, found in read.found for name, _ in found} & {"src", "href", "style", "onload"} == set()


async def test_its_policy_lets_in_its_own_style_and_nothing_else(wire: Bench) -> None:
    page = await page_of(wire)
    [css] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    [policy] = [
        dict(found)["content"]
        for tag, found in Read(page).found
        if tag == "meta" and dict(found).get("http-equiv") == "Content-Security-Policy"
    ]
    known = b64encode(sha256(css.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{known}'; base-uri 'none'; form-action 'none'"
    assert page.index("Content-Security-Policy") < page.index("<style>") < page.index("Ada Lovelace")


async def test_it_says_whether_the_address_is_in_it(wire: Bench) -> None:
    masked = await page_of(wire)
    wire.forget()
    assert "who the user is and the e-mail address" not in masked
    assert "who the user is and the e-mail address" in await page_of(wire, shows_email=True)


async def test_what_is_called_like_an_end_of_the_style_is_only_text(wire: Bench) -> None:
    wire.provider.people["good-token"] = {**ADA, "name": "</style><script>x</script>"}
    page = await page_of(wire)
    assert page.count("</style>") == 1
    assert "&lt;/style&gt;&lt;script&gt;x&lt;/script&gt;" in page


async def test_the_worst_profile_is_a_page_that_can_be_read(wire: Bench) -> None:
    everything = "".join(map(chr, range(0x20))) + "\u202e\u2066\ud800\ufeff<!--]]>&#x3c;" + "x" * 2000
    wire.provider.people["good-token"] = {**ADA, "name": everything, "given_name": EM * 50, "city": "<b>" * 300}
    page = await page_of(wire)
    assert [one for one in page if not one.isprintable() and one != "\n"] == []
    assert "<!--" not in page.removeprefix("<!doctype html>")


def test_a_style_sheet_that_would_end_too_early_is_refused() -> None:
    with pytest.raises(ValueError, match="must not hold </"):
        style("a { content: '</style>' }")
