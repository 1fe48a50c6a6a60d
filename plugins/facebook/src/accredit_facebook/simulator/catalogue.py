"""The fixed access tokens, `EAAsim-<kind>-<person>`: one for each thing that can come of a login."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from accredit.testing import PEOPLE, Person, person
from accredit_facebook.simulator.answers import (
    BAD_APP_ID,
    BAD_APP_SECRET,
    BAD_PROOF,
    FOREIGN_TEXT,
    NOT_AN_APP_TOKEN,
    Answer,
    about_token,
    error,
)
from accredit_facebook.simulator.app import APP_ID, APP_SECRET, FOREIGN_APP_ID
from accredit_facebook.simulator.tokens import HOUR_S, STANDARD_SCOPES, Token

PAGE_ID = "200000000000007"


def make_tokens() -> dict[str, Token]:
    """Return every token by its value: the good ones first, then what was accepted, then the refusals."""
    ada = person("ada")
    tokens = (
        *(Token(kind="good", about=f"{one.name}, granted to our app", person=one) for one in PEOPLE),
        *_other_good_ones(ada),
        *(token for one in PEOPLE for token in _refusals_of_everybody(one)),
        *_foreign_ones(ada),
        *_dead_ones(ada),
        *_no_persons(ada),
        *_refused_by_me(ada),
        *_troubles(ada),
    )
    return {token.value: token for token in tokens}


def _other_good_ones(ada: Person) -> Iterator[Token]:
    yield Token(kind="email_declined", about="keeps her address", person=ada, scopes=("public_profile",))
    yield Token(
        kind="string_picture",
        about="picture in its old form, a plain string",
        person=ada,
        fields={"picture": "https://graph.facebook.com/ada/picture"},
    )
    yield Token(
        kind="all_fields",
        about="shares everything; seen only with the setting extra_fields",
        person=ada,
        scopes=(*STANDARD_SCOPES, "user_birthday", "user_gender", "user_link", "user_location"),
        fields={
            "birthday": "12/10/1815",
            "gender": "female",
            "link": "https://www.facebook.com/app_scoped_user_id/ada/",
            "location": {"id": "106078429431815", "name": "London, United Kingdom"},
            "locale": "en_GB",
            "updated_time": "2024-05-06T07:08:09+0000",
            "website": "https://ada.example.com/",
        },
    )
    for kind, birthday in (("birthday_without_year", "12/10"), ("birth_year_only", "1815")):
        yield Token(
            kind=kind,
            about="shares part of a birthday; seen only with the setting extra_fields",
            person=ada,
            scopes=(*STANDARD_SCOPES, "user_birthday"),
            fields={"birthday": birthday},
        )
    yield Token(
        kind="data_access_ended",
        about="not used for 90 days: still a login, but without the address",
        person=ada,
        data_access_has_ended=True,
    )
    yield Token(
        kind="from_ios",
        about="made by a phone's single sign-on; says more of some things, and not when it was issued",
        person=ada,
        extra_data={
            "issued_at": None,
            "metadata": {"sso": "iphone-safari"},
            "granular_scopes": [{"scope": "public_profile"}, {"scope": "email"}],
        },
    )


def _refusals_of_everybody(one: Person) -> Iterator[Token]:
    yield Token(
        kind="expired",
        about="expired an hour ago",
        person=one,
        expected="invalid_token",
        expires_in_s=-HOUR_S,
        error=_dead(463, "Session has expired."),
    )
    yield Token(
        kind="revoked",
        about="the person removed the app",
        person=one,
        expected="invalid_token",
        error=_dead(458, "The user has not authorized application."),
    )
    yield Token(
        kind="foreign_app",
        about="minted for another app; Facebook refuses to speak about it",
        person=one,
        expected="wrong_audience",
        app_id=FOREIGN_APP_ID,
    )


def _foreign_ones(ada: Person) -> Iterator[Token]:
    """The other shapes in which another app's token has been seen."""
    views: tuple[tuple[str, str, Answer | None, Mapping[str, Any] | None], ...] = (
        ("foreign_app_subcode", "the refusal has a subcode", error(100, FOREIGN_TEXT, subcode=33), None),
        ("foreign_app_in_data", "the refusal is inside data", None, about_token(100, FOREIGN_TEXT)),
        ("foreign_app_shown", "Facebook names the other app", None, None),
    )
    for kind, about, view, problem in views:
        yield Token(
            kind=kind,
            about=f"minted for another app; {about}",
            person=ada,
            expected="wrong_audience",
            app_id=FOREIGN_APP_ID,
            foreign_view=view,
            error=problem,
        )


def _dead_ones(ada: Person) -> Iterator[Token]:
    for kind, subcode, about, expected in (
        ("password_changed", 460, "the password changed", "invalid_token"),
        ("invalidated", 467, "the session was invalidated", "invalid_token"),
        ("checkpointed", 459, "Facebook holds the account at a checkpoint", "provider_user_blocked"),
        ("unconfirmed", 464, "the account was never confirmed", "provider_user_blocked"),
        ("consent_blocked", 483, "Facebook blocks the person's consent to the app", "provider_user_blocked"),
        ("checkpoint_blocking", 490, "Facebook holds the account until it is confirmed", "provider_user_blocked"),
        ("app_inactive", 493, "our own app is inactive", "provider_misconfigured"),
    ):
        yield Token(kind=kind, about=about, person=ada, expected=expected, error=_dead(subcode, about))
    gone = about_token(102, "Session key invalid or no longer valid")
    yield Token(kind="session_gone", about="code 102", person=ada, expected="invalid_token", error=gone)


def _no_persons(ada: Person) -> Iterator[Token]:
    """Living tokens of our app that no person may sign in with."""
    refused = "invalid_token"
    yield Token(
        kind="page",
        about="a page's token",
        person=ada,
        expected=refused,
        type="PAGE",
        expires_in_s=None,
        extra_data={"profile_id": PAGE_ID},
    )
    yield Token(
        kind="impersonated",
        about="a person acting for a page",
        person=ada,
        expected=refused,
        extra_data={"profile_id": PAGE_ID},
    )
    yield Token(
        kind="system_user",
        about="a system user's token",
        person=ada,
        expected=refused,
        type="SYSTEM_USER",
        expires_in_s=None,
    )
    yield Token(
        kind="app",
        about="our own app token",
        person=ada,
        expected=refused,
        value=f"{APP_ID}|{APP_SECRET}",
        type="APP",
        expires_in_s=None,
    )
    yield Token(
        kind="never_expires",
        about="no end; accepted only with the setting accept_non_expiring_tokens",
        person=ada,
        expected=refused,
        expires_in_s=None,
    )


def _refused_by_me(ada: Person) -> Iterator[Token]:
    """Tokens that `debug_token` calls good, and `/me` does not."""
    yield Token(
        kind="revoked_meanwhile",
        about="revoked between the two calls, with status 401 instead of 400",
        person=ada,
        expected="invalid_token",
        me_answer=error(190, "Error validating access token", subcode=458, status=401),
    )
    for kind, about, expected, answer in (
        (
            "no_permission",
            "lacks a permission",
            "missing_permission",
            error(10, "(#10) This endpoint requires a permission"),
        ),
        ("permission_withdrawn", "code 200", "missing_permission", error(200, "(#200) Permissions error", status=403)),
        (
            "user_blocked",
            "blocked for breaking Facebook's rules",
            "provider_user_blocked",
            error(368, "The action attempted has been deemed abusive or is otherwise disallowed"),
        ),
        (
            "no_capability",
            "our app may not make this call",
            "provider_misconfigured",
            error(3, "(#3) Application does not have the capability to make this API call."),
        ),
        ("secret_rotated", "our proof was made with an old secret", "provider_misconfigured", BAD_PROOF),
    ):
        yield Token(kind=kind, about=about, person=ada, expected=expected, me_answer=answer)
    yield Token(
        kind="other_user",
        about="the two calls name different users",
        person=ada,
        expected="invalid_token",
        fields={"id": str(person("grace").number)},
    )
    yield Token(
        kind="false_body",
        about="the whole answer is `false`, as happens from time to time",
        person=ada,
        expected="provider_unavailable",
        me_answer=Answer(200, body=False),
    )


def _troubles(ada: Person) -> Iterator[Token]:
    """Whoever signs in: it is Facebook that fails, or our app."""
    full = {"x-app-usage": json.dumps({"call_count": 100, "total_cputime": 25, "total_time": 25})}
    case = {"type": "platform", "call_count": 100, "estimated_time_to_regain_access": 19}
    back_in_19_min = {"x-business-use-case-usage": json.dumps({"300000000000001": [case]})}
    limited = error(4, "(#4) Application request limit reached", status=403, is_transient=True, headers=full)
    limited_for_a_time = error(80_001, "(#80001) There have been too many calls", headers=back_in_19_min)
    user_limited = error(17, "(#17) User request limit reached", is_transient=True)
    down = error(2, "An unexpected error has occurred.", status=500, is_transient=True)
    unknown = error(1, "An unknown error occurred", status=500)
    old = error(2635, "(#2635) You are calling a deprecated version of the API.")
    ours, theirs, too_many = "provider_misconfigured", "provider_unavailable", "provider_rate_limited"
    for kind, about, expected, answer, me_answer in (
        ("rate_limited", "our quota is used up", too_many, limited, limited),
        ("rate_limited_19_min", "our quota is back in 19 minutes", too_many, limited_for_a_time, limited_for_a_time),
        ("user_rate_limited", "the person's quota is used up", too_many, user_limited, user_limited),
        ("down", "Facebook is down", theirs, down, down),
        ("unknown_error", "Facebook does not know what went wrong", theirs, unknown, unknown),
        ("html", "Facebook answers a web page", theirs, Answer(200, "<!DOCTYPE html>"), Answer(200, "<!DOCTYPE html>")),
        ("bad_app_secret", "our app secret is wrong", ours, BAD_APP_SECRET, BAD_PROOF),
        ("bad_app_id", "our app id is wrong", ours, BAD_APP_ID, BAD_PROOF),
        ("not_an_app_token", "what we ask with is no app token", ours, NOT_AN_APP_TOKEN, BAD_PROOF),
        ("version_ended", "the configured version is dead", ours, old, old),
    ):
        yield Token(kind=kind, about=about, person=ada, expected=expected, debug_answer=answer, me_answer=me_answer)


def _dead(subcode: int, reason: str) -> dict[str, Any]:
    return about_token(190, f"Error validating access token: {reason}", subcode=subcode)
