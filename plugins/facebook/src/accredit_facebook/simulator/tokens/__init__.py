"""The fixed access tokens, `EAAsim-<kind>-<person>`: one for each thing that can come of a login."""

from collections.abc import Iterator, Mapping
from typing import Any

from accredit.testing import PEOPLE, Person, person
from accredit_facebook.simulator.answers import DEBUG_ONLY, FOREIGN_TEXT, Answer, about_token, error
from accredit_facebook.simulator.app import APP_ID, APP_SECRET, FOREIGN_APP_ID
from accredit_facebook.simulator.tokens.token import HOUR_S, STANDARD_SCOPES, Token
from accredit_facebook.simulator.tokens.troubles import refused_by_me, troubles

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
        *refused_by_me(ada),
        *troubles(ada),
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
        kind="session_info",
        about="made with fb_attenuate_token: Facebook names app and person, and opens no profile",
        person=ada,
        # Recorded by the crate facebook-access-token-api: `debug_token` speaks of it as of any token of a person, and
        # a call made with it is answered like this. That `/me` is such a call, and the code 190, nobody has recorded.
        me_answer=DEBUG_ONLY,
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
    """The other shapes in which another app's token has been seen.

    That Facebook shows another app's id with `is_valid: true` is invented: the strictest case for a strategy.
    """
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
        ("checkpoint_blocking", 490, "Facebook holds the account until it is confirmed", "provider_user_blocked"),
        ("unused_for_90_days", 493, "the person has not used our app for 90 days", "invalid_token"),
        # Invented: a subcode that Facebook's page does not have.
        ("unknown_subcode", 499, "dead for a reason that nobody has written down", "invalid_token"),
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
    # Nobody has recorded this type's name as `debug_token` writes it.
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


def _dead(subcode: int, reason: str) -> dict[str, Any]:
    return about_token(190, f"Error validating access token: {reason}", subcode=subcode)
