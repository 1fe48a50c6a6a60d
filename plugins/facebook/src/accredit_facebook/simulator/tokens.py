"""The fixed access tokens: `EAAsim-<kind>-<person>`, each with what Facebook says about it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.testing import ACCEPTED, PEOPLE, Person, person
from accredit_facebook.simulator.answers import FOREIGN_TEXT, NOT_OUR_TOKEN, Answer, about_token, error
from accredit_facebook.simulator.app import APP_ID, APP_SECRET, FOREIGN_APP_ID

HOUR_S = 3600
SIXTY_DAYS_S = 60 * 24 * HOUR_S
STANDARD_SCOPES = ("public_profile", "email")
PAGE_ID = "200000000000007"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One access token; unless said otherwise, a living one that a person granted to our app."""

    kind: str
    about: str
    person: Person
    expected: str = ACCEPTED
    value: str = ""
    app_id: str = APP_ID
    type: str = "USER"
    scopes: tuple[str, ...] = STANDARD_SCOPES
    expires_in_s: int | None = SIXTY_DAYS_S
    """From now; None for a token that never ends."""
    error: Mapping[str, Any] | None = None
    """What is wrong with it: `data.error` of `debug_token`, and the error of any call with it."""
    extra_data: Mapping[str, Any] = field(default_factory=dict)
    """More fields of `data`."""
    foreign_view: Answer | None = NOT_OUR_TOKEN
    """What `debug_token` answers to every other app; None where it speaks about the token all the same."""
    debug_answer: Answer | None = None
    """What `debug_token` answers instead."""
    me_answer: Answer | None = None
    """What `/me` answers instead."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `/me` that differ from the person's."""

    def __post_init__(self) -> None:
        if not self.value:
            object.__setattr__(self, "value", f"EAAsim-{self.kind}-{self.person.key}")


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
        ("checkpointed", 459, "Facebook holds the account at a checkpoint", "provider_user_blocked"),
        ("unconfirmed", 464, "the account was never confirmed", "provider_user_blocked"),
        ("app_inactive", 493, "our own app is inactive", "provider_misconfigured"),
    ):
        yield Token(kind=kind, about=about, person=ada, expected=expected, error=_dead(subcode, about))


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
    yield Token(
        kind="no_permission",
        about="lacks a permission",
        person=ada,
        expected="missing_permission",
        me_answer=error(10, "(#10) This endpoint requires a permission"),
    )
    yield Token(
        kind="user_blocked",
        about="blocked for breaking Facebook's rules",
        person=ada,
        expected="provider_user_blocked",
        me_answer=error(368, "The action attempted has been deemed abusive or is otherwise disallowed"),
    )
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
    full = json.dumps({"call_count": 100, "total_cputime": 25, "total_time": 25})
    case = {"type": "platform", "call_count": 100, "estimated_time_to_regain_access": 19}
    limited = error(
        4, "(#4) Application request limit reached", status=403, is_transient=True, headers={"x-app-usage": full}
    )
    limited_for_a_time = error(
        80_001,
        "(#80001) There have been too many calls",
        headers={"x-business-use-case-usage": json.dumps({"300000000000001": [case]})},
    )
    down = error(2, "An unexpected error has occurred.", status=500, is_transient=True)
    for kind, about, expected, answer in (
        ("rate_limited", "our quota is used up", "provider_rate_limited", limited),
        ("rate_limited_19_min", "our quota is back in 19 minutes", "provider_rate_limited", limited_for_a_time),
        ("down", "Facebook is down", "provider_unavailable", down),
        ("html", "Facebook answers a web page", "provider_unavailable", Answer(200, "<!DOCTYPE html>")),
    ):
        yield Token(kind=kind, about=about, person=ada, expected=expected, debug_answer=answer, me_answer=answer)


def _dead(subcode: int, reason: str) -> dict[str, Any]:
    return about_token(190, f"Error validating access token: {reason}", subcode=subcode)
