"""The page of one login, read as a browser reads it."""

import dataclasses
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import pytest
from core.tests.acme import ADA, acme_raising, acme_that
from core.tests.bench import Bench, bench, signing_key
from core.tests.explaining.logins import explained
from core.tests.web.reading import Read, parts_of

from accredit import AppBound, JwtAudience, SignedByUs, Verification
from accredit.audience import AudienceProof, Unbound
from accredit.credentials import Credential
from accredit.errors import WrongAudience
from accredit.explaining.page.answer import Answered
from accredit.explaining.page.request import Sent
from accredit.explaining.page.way import way
from accredit.explaining.reasons import REASONS

BIDI = "\u202e"


async def test_an_accepted_login_shows_each_part(wire: Bench) -> None:
    parts = parts_of(way(await explained(wire)))
    assert list(parts) == ["verdict", "checks", "calls", "audience", "profile", "event", "answer"]
    assert "The login was accepted" in parts["verdict"]
    assert "The token is of Ada Lovelace, and it was made for your app." in parts["verdict"]
    assert "check_audience Was this token made for your app? passed" in parts["checks"]
    assert "not reached" not in parts["checks"]
    assert "GET https://api.acme.example/me 200" in parts["calls"]
    assert "made for acme-app the same: let in Your app is acme-app" in parts["audience"]
    assert "name Ada Lovelace" in parts["profile"]
    assert '"event": "exchange.accepted"' in parts["event"]
    assert "A client would get its own now." in parts["answer"]


async def test_another_apps_token_is_refused_with_whose_it_is_and_who_would_be_in(wire: Bench) -> None:
    parts = parts_of(way(await explained(wire, "foreign-token")))
    assert "wrong_audience" in parts["verdict"]
    assert "is of Ada Lovelace. But it was made for their-app, not for your app." in parts["verdict"]
    assert "would be logged in here now as Ada Lovelace" in parts["verdict"]
    assert "made for their-app not the same: kept out Your app is acme-app" in parts["audience"]
    assert "check_audience Was this token made for your app? refused" in parts["checks"]
    assert ", sign_tokens, confirm_subject, link, issue" in parts["checks"].partition("not reached check_user_hint")[2]
    assert "There is none" in parts["profile"]
    assert "401" in parts["answer"]
    assert '"error_description": "invalid access_token: invalid_token"' in parts["answer"]


async def test_a_refusal_is_told_in_plain_words(wire: Bench) -> None:
    said = parts_of(way(await explained(wire, "foreign-token")))["verdict"]
    words = REASONS["wrong_audience"]
    assert said.startswith(words.title)
    assert [one for one in (words.what, words.why, words.client) if one not in said] == []
    assert [what for who, what in words.who if f"{who[:1].upper()}{who[1:]}: {what}" not in said] == []
    assert 'In the log the token was minted for another app: app id is "their-app"' in said


async def test_names_of_programs_are_set_as_such(wire: Bench) -> None:
    told = dataclasses.replace(await explained(wire, "foreign-token"), reason="unknown_client")
    page = way(told)
    assert "names a <code>client_id</code> that" in page
    assert "`" not in page


async def test_a_reason_of_a_plugins_own_has_no_words_and_is_shown(wire: Bench) -> None:
    told = dataclasses.replace(await explained(wire, "foreign-token"), reason="acme_says_no", detail="")
    said = parts_of(way(told))["verdict"]
    assert said.startswith("The login was refused refused acme_says_no after")
    assert "What happened" not in said


async def test_a_provider_that_says_itself_that_it_is_another_apps_is_believed() -> None:
    async with bench(acme=acme_raising(WrongAudience("code 100"))) as one:
        parts = parts_of(way(await explained(one)))
    assert "made for another app, and does not say for which. kept out" in parts["audience"]
    assert "is of" not in parts["verdict"]


async def test_a_token_that_is_refused_for_something_else_is_only_told_whose_it_is() -> None:
    async def verify(_: Credential, __: object) -> Verification:
        return Verification(user_id="1000", audience=AppBound("acme-app"), claims={}, expires_at=1)

    async with bench(acme=acme_that(verify)) as one:
        parts = parts_of(way(await explained(one)))
    assert "invalid_token" in parts["verdict"]
    assert "The token is of 1000." in parts["verdict"]
    assert "The provider did not say" in parts["audience"]


async def test_what_the_provider_has_signed_needs_no_call() -> None:
    async def verify(_: Credential, __: object) -> Verification:
        return Verification(user_id="1000", audience=AppBound("acme-app"), claims=ADA)

    async with bench(acme=acme_that(verify)) as one:
        assert "the provider has signed what was shown" in parts_of(way(await explained(one)))["calls"]


async def test_what_was_refused_before_anybody_was_asked_needs_no_call(wire: Bench) -> None:
    told = await explained(wire, "foreign-token")
    told = dataclasses.replace(told, checks=told.checks[:3], calls=[], verified_by=None)
    assert "The provider was not asked." in parts_of(way(told))["calls"]


async def test_what_the_provider_refuses_names_no_app_and_nobody(wire: Bench) -> None:
    parts = parts_of(way(await explained(wire, "unknown-token")))
    assert "would be logged in" not in parts["verdict"]
    assert "The provider did not say" in parts["audience"]
    assert "not reached check_audience, check_user_hint" in parts["checks"]


async def test_why_the_audience_matters_is_told_each_time(wire: Bench) -> None:
    parts = parts_of(way(await explained(wire, "unknown-token")))
    assert "whoever runs that app could log in here as each of its users" in parts["audience"]


@pytest.mark.parametrize(
    ("proof", "settings", "said"),
    [
        (SignedByUs("acme-app"), {}, "It has taken ours. signed by your app: let in"),
        (SignedByUs("their-app"), {}, "It has taken ours. signed by another app: kept out"),
        (
            Unbound("no"),
            {"accept_unbound_tokens": True},
            "may be any app's. let in all the same",
        ),
        (Unbound("no"), {}, "may be any app's. kept out"),
        (JwtAudience(("acme-app", "their-app")), {}, "made for acme-app their-app not the same"),
    ],
    ids=["signed", "signed-by-others", "unbound-let-in", "unbound", "two-apps"],
)
async def test_each_proof_is_told_with_what_it_comes_to(
    proof: AudienceProof, settings: Mapping[str, Any], said: str
) -> None:
    async def verify(_: Credential, __: object) -> Verification:
        return Verification(user_id="1000", audience=proof, claims=ADA)

    async with bench({"connections": {"acme": settings}}, acme=acme_that(verify)) as one:
        parts = parts_of(way(await explained(one)))
    assert said in parts["audience"]
    if "kept out" in said and isinstance(proof, Unbound):
        assert "nobody can tell for which app" in parts["verdict"]


async def test_a_provider_that_was_not_asked_again_is_told(wire: Bench) -> None:
    async with bench({"connections": {"acme": {"cache_s": 60}}}) as one:
        await explained(one)
        one.forget()
        parts = parts_of(way(await explained(one)))
    assert "The provider was asked about this token a moment ago" in parts["calls"]


async def test_a_provider_that_does_not_answer_is_told(wire: Bench) -> None:
    wire.provider.error = OSError()
    parts = parts_of(way(await explained(wire)))
    assert "no answer" in parts["calls"]
    assert "503" in parts["answer"]


async def test_when_it_may_be_tried_again_is_told(wire: Bench) -> None:
    told = dataclasses.replace(await explained(wire, "unknown-token"), retry_after_s=7)
    assert "after 7 seconds" in parts_of(way(told))["answer"]


@pytest.mark.parametrize(
    ("origins", "said"),
    [
        ({"name": ["me.first", "me.last"]}, "me.first, me.last given_name"),
        ({"name": []}, "the connection's own given_name"),
        (None, "not looked for given_name"),
    ],
    ids=["paths", "own", "unknown"],
)
async def test_where_a_claim_came_from_stands_beside_it(wire: Bench, origins: Any, said: str) -> None:
    told = dataclasses.replace(await explained(wire), origins=origins)
    assert f"name Ada Lovelace {said}" in parts_of(way(told))["profile"]


async def test_request_answer_and_tokens_are_shown_where_they_are_known(wire: Bench) -> None:
    made = signing_key().sign({"sub": "acme|1000", "iat": 1_800_000_000, "aud": ["a", "b"]}, typ="at+jwt")
    parts = parts_of(
        way(
            await explained(wire),
            request=Sent(method="POST", path="/oauth/access_token", fields={"client_id": "app", "connection": "acme"}),
            answer=Answered(status=200, body={"token_type": "Bearer", "expires_in": 86400}),
            tokens={"What was handed in": "a-token-of-the-provider", "Our access token": made},
        )
    )
    assert "POST /oauth/access_token client_id app connection acme" in parts["request"]
    assert '"expires_in": 86400' in parts["answer"]
    assert "What was handed in a-token… It is no JWT" in parts["tokens"]
    assert "typ at+jwt" in parts["tokens"]
    assert 'sub acme|1000 iat 2027-01-15 08:00:00 UTC aud ["a", "b"]' in parts["tokens"]


async def test_no_secret_of_request_answer_or_token_is_shown_whole(wire: Bench) -> None:
    made = signing_key().sign({"sub": "acme|1000", "nonce": "nonce-of-this-login"}, typ="JWT")
    secrets = {
        "access_token": "provider-token-in-full",
        "access_token_secret": "provider-secret-in-full",
        "code": "authorization-code-in-full",
        "code_verifier": "verifier-of-the-code-in-full",
        "nonce": "nonce-of-this-login",
        "main_access_token": made,
        "brought-by-a-plugin": "some-value-in-full",
    }
    answer = {"access_token": made, "refresh_token": "refresh-token-in-full", "id_token": made}
    page = way(
        await explained(wire),
        request=Sent(method="POST", path="/oauth/access_token", fields=secrets),
        answer=Answered(status=200, body=answer),
        tokens={"Handed in": "provider-token-in-full", "Ours": made},
    )
    hidden = [*secrets.values(), *answer.values(), made.rpartition(".")[2]]
    assert [one for one in hidden if one in page] == []
    assert "provide…" in page


@pytest.mark.parametrize(
    "token",
    ["", "a.b", "a.b.c", "e30.W10.x", "e30.e30é.x", ".e30.", "e30." + "eyJhIjp7" * 3, "0000.0000.0000"],
    ids=["empty", "two", "no-base64", "list", "beyond-ascii", "no-header", "broken", "no-text"],
)
async def test_what_only_looks_like_a_jwt_is_none(wire: Bench, token: str) -> None:
    assert "It is no JWT" in parts_of(way(await explained(wire), tokens={"Handed in": token}))["tokens"]


@pytest.mark.parametrize("depth", [900, 6000])
async def test_a_jwt_that_is_nested_too_deep_is_shown_as_none(wire: Bench, depth: int) -> None:
    deep = urlsafe_b64encode(b'{"a":' + b"[" * depth + b"]" * depth + b"}").decode()
    assert "It is no JWT" in parts_of(way(await explained(wire), tokens={"Handed in": f"e30.{deep}.x"}))["tokens"]


async def test_a_field_that_is_nested_too_deep_is_told_to_be_so(wire: Bench) -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    sent = Sent(method="POST", path="/oauth/access_token", fields={"scope": deep})
    assert "scope [nested too deep]" in parts_of(way(await explained(wire), request=sent))["request"]


async def test_what_a_provider_and_a_client_say_stays_text(wire: Bench) -> None:
    hostile = f"<script>alert(1)</script>{BIDI}\"'&lt;"
    wire.provider.people["foreign-token"] = {**ADA, "app": hostile, "name": hostile}
    wire.provider.people["good-token"] = {**ADA, "name": hostile}
    refused = await explained(wire, "foreign-token")
    wire.forget()
    accepted = await explained(wire)
    made = signing_key().sign({hostile: hostile}, typ="JWT")
    for one in (refused, accepted):
        told = dataclasses.replace(one, origins={"name": [hostile]}, notes=[hostile], detail=hostile)
        page = way(
            told,
            request=Sent(method="POST", path=f"/{hostile}", fields={hostile: hostile, "client_id": hostile}),
            answer=Answered(status=200, body={hostile: hostile, "error": hostile}),
            tokens={hostile: made},
        )
        assert {name for name, _ in Read(page).found} & {"script", "img"} == set()
        assert BIDI not in page
        assert "<script>alert(1)</script>\\u202e" in Read(page).text


async def test_no_element_has_a_style_or_runs_anything(wire: Bench) -> None:
    read = Read(way(await explained(wire)))
    attributes = {name for _, attributes in read.found for name, _ in attributes}
    assert {one for one in attributes if one == "style" or one.startswith("on")} == set()
