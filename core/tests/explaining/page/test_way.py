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
from accredit.explaining.page.cast import Cast
from accredit.explaining.page.request import Sent
from accredit.explaining.page.way import way
from accredit.explaining.reasons import REASONS
from accredit.explaining.words.checks import CHECKS
from accredit.explaining.words.fields import FIELDS
from accredit.explaining.words.variants import VARIANTS

BIDI = "\u202e"


async def test_an_accepted_login_shows_each_part(wire: Bench) -> None:
    parts = parts_of(way(await explained(wire)))
    assert list(parts) == ["verdict", "audience", "answer", "checks", "calls", "profile", "event"]
    assert "The login was accepted" in parts["verdict"]
    assert "The token is Ada Lovelace's, and it was made for your app." in parts["verdict"]
    assert "check_audience Was this token made for your app? passed" in parts["checks"]
    assert "not reached" not in parts["checks"]
    assert "GET https://api.acme.example/me 200" in parts["calls"]
    assert "made for acme-app the same: let in Your app is, as acme knows it acme-app" in parts["audience"]
    assert "name Ada Lovelace" in parts["profile"]
    assert '"event": "exchange.accepted"' in parts["event"]
    assert "An app would get its own now." in parts["answer"]


async def test_another_apps_token_is_refused_with_whose_it_is_and_who_would_be_in(wire: Bench) -> None:
    parts = parts_of(way(await explained(wire, "foreign-token")))
    assert "wrong_audience" in parts["verdict"]
    assert "it is Ada Lovelace's. But it was made for another app (their-app), not for your app." in parts["verdict"]
    assert "whoever runs that app would be logged in here now as Ada Lovelace" in parts["verdict"]
    assert "made for their-app not the same: kept out Your app is, as acme knows it acme-app" in parts["audience"]
    assert "check_audience Was this token made for your app? refused" in parts["checks"]
    assert f"confirm_subject {CHECKS['confirm_subject']} not reached link" in parts["checks"]
    assert "There is none" in parts["profile"]
    assert "401" in parts["answer"]
    assert '"error_description": "invalid access_token: invalid_token"' in parts["answer"]


async def test_a_refusal_is_told_in_plain_words(wire: Bench) -> None:
    parts = parts_of(way(await explained(wire, "foreign-token")))
    assert list(parts)[:5] == ["verdict", "audience", "why", "answer", "turns"]
    words = REASONS["wrong_audience"]
    assert parts["verdict"].startswith(words.title)
    assert words.why in parts["why"]
    assert 'In the log, for the operator the token was minted for another app: app id is "their-app"' in parts["why"]
    assert words.client in parts["answer"]
    assert "".join(what if who == "nobody" else f" {who.capitalize()}: {what}" for who, what in words.who) in (
        parts["turns"].removeprefix("What to do ")
    )


async def test_of_whom_nobody_knows_it_is_said_what_has_happened(wire: Bench) -> None:
    said = parts_of(way(await explained(wire, "unknown-token")))["verdict"]
    assert REASONS["invalid_token"].what in said


async def test_names_of_programs_are_set_as_such(wire: Bench) -> None:
    told = dataclasses.replace(await explained(wire, "foreign-token"), reason="unknown_client")
    page = way(told)
    assert "Compare the <code>client_id</code> with" in page
    assert "`" not in page


async def test_a_reason_of_a_plugins_own_has_no_words_and_is_shown(wire: Bench) -> None:
    told = dataclasses.replace(await explained(wire, "foreign-token"), reason="acme_says_no", detail="")
    said = parts_of(way(told))["verdict"]
    assert said.startswith("The login was refused refused acme_says_no after")
    assert "why" not in parts_of(way(told))


async def test_a_provider_that_says_itself_that_it_is_another_apps_is_believed() -> None:
    async with bench(acme=acme_raising(WrongAudience("code 100"))) as one:
        parts = parts_of(way(await explained(one)))
    assert "made for another app, and does not say for which. kept out" in parts["audience"]
    assert "It was made for another app. Nobody has said for which, or whose it is." in parts["verdict"]


async def test_a_token_that_is_refused_for_something_else_is_only_told_whose_it_is() -> None:
    async def verify(_: Credential, __: object) -> Verification:
        return Verification(user_id="1000", audience=AppBound("acme-app"), claims={}, expires_at=1)

    async with bench(acme=acme_that(verify)) as one:
        parts = parts_of(way(await explained(one)))
    assert "invalid_token" in parts["verdict"]
    assert "The token is that of user 1000." in parts["verdict"]
    assert "The provider did not say" in parts["audience"]


async def test_what_the_provider_has_signed_needs_no_call() -> None:
    async def verify(_: Credential, __: object) -> Verification:
        return Verification(user_id="1000", audience=AppBound("acme-app"), claims=ADA)

    async with bench(acme=acme_that(verify)) as one:
        assert "The provider has signed what was handed in" in parts_of(way(await explained(one)))["calls"]


async def test_what_was_refused_before_anybody_was_asked_needs_no_call(wire: Bench) -> None:
    told = await explained(wire, "foreign-token")
    told = dataclasses.replace(told, checks=told.checks[:3], calls=[], verified_by=None)
    assert "The provider was not asked." in parts_of(way(told))["calls"]


@pytest.mark.parametrize(
    ("reached", "missing", "counted"),
    [
        (3, 18, "3 of 21 checks were reached, "),
        (1, 20, "1 of 21 checks was reached, "),
        (0, 21, "0 of 21 checks were reached, "),
        (3, 0, " 3 checks, "),
        (1, 0, " 1 check, "),
    ],
)
async def test_of_the_checks_it_is_counted_how_many_were_reached(
    wire: Bench, reached: int, missing: int, counted: str
) -> None:
    told = await explained(wire)
    told = dataclasses.replace(told, checks=told.checks[:reached], not_reached=["link"] * missing)
    assert counted in parts_of(way(told))["checks"]


async def test_what_the_provider_refuses_names_no_app_and_nobody(wire: Bench) -> None:
    parts = parts_of(way(await explained(wire, "unknown-token")))
    assert "would be logged in" not in parts["verdict"]
    assert "The provider did not say" in parts["audience"]
    assert f"check_audience {CHECKS['check_audience']} not reached check_user_hint" in parts["checks"]


async def test_why_the_audience_matters_is_told_each_time(wire: Bench) -> None:
    parts = parts_of(way(await explained(wire, "unknown-token")))
    assert "Why it is asked: whoever runs an app" in parts["audience"]
    wire.forget()
    assert "asked:" not in parts_of(way(await explained(wire, "foreign-token")))["audience"]


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
        assert parts["verdict"].startswith("Nobody can tell for which app this token was made")
        assert "nobody can tell for which app it was made. If such tokens were let in" in parts["verdict"]
    if isinstance(proof, JwtAudience):
        assert "not for your app alone: it was made for another app (their-app) as well" in parts["verdict"]


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
    assert f"POST /oauth/access_token client_id app{FIELDS['client_id']} connection acme" in parts["request"]
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


ADA_AND_THE_QUIZ = Cast(person="Ada", other_app="the quiz app")


async def test_names_that_only_a_sandbox_knows_stand_in_the_place_of_ids(wire: Bench) -> None:
    wire.provider.people["foreign-token"] = {**ADA, "app": "their-app", "name": None}
    told = await explained(wire, "foreign-token")
    parts = parts_of(way(told, who=ADA_AND_THE_QUIZ))
    assert "it is Ada's. But it was made for the quiz app (their-app)" in parts["verdict"]
    assert "whoever runs the quiz app would be logged in here now as Ada." in parts["verdict"]
    assert "acme tells no name, only an id: 1000" in parts["verdict"]
    assert "made for their-appthe quiz app not the same" in parts["audience"]
    assert "logged in here now as user 1000." in parts_of(way(told))["verdict"]


async def test_what_the_provider_says_of_names_counts_more(wire: Bench) -> None:
    parts = parts_of(way(await explained(wire), who=ADA_AND_THE_QUIZ))
    assert "The token is Ada Lovelace's, and it was made for your app." in parts["verdict"]
    assert "tells no name" not in parts["verdict"]
    assert "quiz" not in parts["audience"].partition("Why it is asked")[0]


@pytest.mark.parametrize("shown", ["token", "code"])
async def test_of_another_apps_token_a_provider_may_only_say_that_it_is_not_good(wire: Bench, shown: str) -> None:
    who = Cast(person="Ada", other_app="the quiz app", is_foreign=True, shown=shown)
    parts = parts_of(way(await explained(wire, "unknown-token"), who=who))
    assert parts["verdict"].startswith(f"This {shown} was made for another app refused invalid_token")
    assert f"The {shown} is genuine, and it is Ada's. But it was made for the quiz app" in parts["verdict"]
    assert f"acme says only that this {shown} is not good" in parts["verdict"]
    assert "it only says no. That is enough. kept out" in parts["audience"]
    assert VARIANTS[f"hushed_{shown}"].why in parts["why"]
    assert "Log in at the provider again" not in parts["turns"]
    assert "The log has the reason" not in parts["answer"]


async def test_of_another_apps_token_nobody_says_so_while_the_provider_is_in_trouble(wire: Bench) -> None:
    wire.provider.error = OSError()
    parts = parts_of(way(await explained(wire), who=Cast(person="Ada", is_foreign=True)))
    assert "another app" not in parts["verdict"]
    assert "Ada" not in parts["verdict"]


async def test_a_provider_that_names_neither_app_nor_person_is_helped_out_with_names() -> None:
    async with bench(acme=acme_raising(WrongAudience("code 100"))) as one:
        parts = parts_of(way(await explained(one), who=ADA_AND_THE_QUIZ))
    assert "it is Ada's. But it was made for the quiz app, not for your app. Had it been" in parts["verdict"]


async def test_another_user_than_the_one_that_was_named_is_no_other_app(wire: Bench) -> None:
    told = await explained(wire, "foreign-token")
    checks = [{**one, "verdict": "passed"} for one in told.checks]
    checks.append({"name": "check_user_hint", "verdict": "refused", "duration_ms": 0.1})
    parts = parts_of(way(dataclasses.replace(told, checks=checks)))
    assert parts["verdict"].startswith(VARIANTS["other_user"].title)
    assert "was made for your app, too. But the app that sent it said that it was another user's" in parts["verdict"]


async def test_an_id_of_ours_that_is_of_the_wrong_kind_is_no_other_apps(wire: Bench) -> None:
    told = await explained(wire, "foreign-token")
    audience = {"proof": "AppBound", "named": ["acme-app"], "accepted": ["acme-app"]}
    said = parts_of(way(dataclasses.replace(told, audience=audience)))["verdict"]
    assert "the id of your app that it names is not good for tokens of this kind" in said
    assert "another app (" not in said


@pytest.mark.parametrize(
    ("verdict", "is_settled"), [("passed", True), ("refused", True), ("failed", False)], ids=["in", "out", "trouble"]
)
async def test_a_call_that_nobody_waited_for_is_told_from_one_that_failed(
    wire: Bench, verdict: str, is_settled: bool
) -> None:
    told = await explained(wire)
    call = {"method": "GET", "url": "https://api.acme.example/more", "status": None, "duration_ms": 0.1}
    checks = [{"name": "verify", "verdict": verdict, "duration_ms": 0.2}]
    page = way(dataclasses.replace(told, calls=[*told.calls, call], checks=checks))
    assert ("was given up, because another answer had settled it" in parts_of(page)["calls"]) is is_settled
    assert f'<span class="state {"plain" if is_settled else "bad"}">no answer</span>' in page


async def test_a_verdict_looks_the_same_for_a_login_and_for_its_checks(wire: Bench) -> None:
    page = way(await explained(wire, "foreign-token"))
    assert page.count('<span class="state odd">refused</span>') == 2
    assert '<span class="state odd">not the same: kept out</span>' in page
    assert 'class="state bad"' not in page


async def test_another_apps_token_whose_audience_was_compared_is_not_hushed(wire: Bench) -> None:
    who = Cast(person="Ada", other_app="the quiz app", is_foreign=True)
    parts = parts_of(way(await explained(wire, "foreign-token"), who=who))
    assert "made for the quiz app (their-app), not for your app. Had it been let in" in parts["verdict"]
    assert "it only says no" not in parts["audience"]
