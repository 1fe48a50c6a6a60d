"""The sample app, and what each access token of the simulated Kakao stands for. A token is `sim-<name>`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.testing import ACCEPTED, PEOPLE, Person, person
from accredit_kakao.simulator import answers
from accredit_kakao.simulator.answers import Answer

APP_ID = 912_345
NATIVE_KEY = "5171aa5e1d0f5a3b8c7d6e5f40312233"
REST_KEY = "6282bb6f2e1f6b4c9d8e7f6051423344"
FOREIGN_ID = 9_123_450
FOREIGN_KEY = "7393cc703f207c5dae9f80716253445f"
CLIENT_SECRET = "sim-kakao-client-secret"  # noqa: S105  # published sample secret of an app that does not exist
ADMIN_KEY = "84a4dd8140318d6ebf0a918273645560"
FOREIGN_ADMIN_KEY = "95b5ee9251429e7fc01ba29384756671"
LIFE_S = 21_599


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What one access token stands for: `info` and `account` override fields, `on_info` and `on_me` are answers."""

    person: Person
    app_id: int = APP_ID
    info: Mapping[str, Any] = field(default_factory=dict)
    account: Mapping[str, Any] = field(default_factory=dict)
    me: Mapping[str, Any] = field(default_factory=dict)
    on_info: Answer | None = None
    on_me: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One named token, with what must come of it."""

    name: str
    about: str
    expected: str
    token: Token
    claims: Mapping[str, Any] = field(default_factory=dict)

    @property
    def access_token(self) -> str:
        """Return the token itself."""
        return f"sim-{self.name}"


def picture(someone: Person) -> str:
    """Return the address of a person's picture; whoever has none has Kakao's own."""
    return f"https://k.kakaocdn.net/dn/sim-{someone.key if someone.has_picture else 'default'}/img_640x640.jpg"


def account(someone: Person) -> dict[str, Any]:
    """Return `kakao_account` of somebody who has allowed all that they have."""
    said: dict[str, Any] = {
        "profile_nickname_needs_agreement": False,
        "profile_image_needs_agreement": False,
        "profile": {
            "nickname": someone.screen_name,
            "profile_image_url": picture(someone),
            "is_default_image": not someone.has_picture,
            "is_default_nickname": False,
        },
        "name_needs_agreement": False,
        "name": someone.name,
    }
    if someone.email is None:
        return {**said, "has_email": True, "email_needs_agreement": True}
    said |= {"has_email": True, "email_needs_agreement": False, "is_email_valid": True, "is_email_verified": True}
    return {**said, "email": someone.email}


def expected_claims(someone: Person) -> dict[str, Any]:
    """Return the claims that our ID token must hold."""
    claims: dict[str, Any] = {
        "sub": f"kakao|{someone.number}",
        "name": someone.name,
        "nickname": someone.screen_name,
    }
    if someone.has_picture:
        claims["picture"] = picture(someone)
    if someone.email is not None:
        claims |= {"email": someone.email, "email_verified": True}
    return claims


def cases() -> Iterator[Case]:
    """Name every access token: the good ones first, complete person first."""
    for one in PEOPLE:
        yield _case("good", "signs in", ACCEPTED, Token(person=one), expected_claims(one))
    yield from _accepted(person("ada"))
    for one in PEOPLE:
        dead = Token(person=one, on_info=answers.EXPIRED, on_me=answers.EXPIRED)
        yield _case("expired", "after six hours", "invalid_token", dead)
        yield _case("foreign_app", "of another app", "wrong_audience", Token(person=one, app_id=FOREIGN_ID))
    for name, about, expected, token in _knobs(person("ada")):
        yield _case(name, about, expected, token)


def _accepted(ada: Person) -> Iterator[Case]:
    unverified = {"email_verified": False}
    variants: tuple[tuple[str, str, dict[str, Any], dict[str, Any]], ...] = (
        ("unverified", "nobody verified the address", {"is_email_verified": False}, unverified),
        ("moved", "the address is another account's by now", {"is_email_valid": False}, unverified),
        (
            "solar",
            "tells a birthday",
            {"birthyear": "1990", "birthday": "1130", "birthday_type": "SOLAR"},
            {"birthdate": "1990-11-30"},
        ),
        ("lunar", "tells a lunar birthday", {"birthyear": "1990", "birthday": "1130", "birthday_type": "LUNAR"}, {}),
        ("woman", "tells a gender", {"gender": "female"}, {"gender": "female"}),
    )
    for name, about, changes, claims in variants:
        token = Token(person=ada, account=changes)
        yield _case(name, about, ACCEPTED, token, {**expected_claims(ada), **claims})


def _case(name: str, about: str, expected: str, token: Token, claims: Mapping[str, Any] | None = None) -> Case:
    return Case(name=f"{name}-{token.person.key}", about=about, expected=expected, token=token, claims=claims or {})


def _knobs(ada: Person) -> tuple[tuple[str, str, str, Token], ...]:
    def info(answer: Answer) -> Token:
        return Token(person=ada, on_info=answer)

    def me(answer: Answer) -> Token:
        return Token(person=ada, on_me=answer)

    invalid, blocked, down = "invalid_token", "provider_user_blocked", "provider_unavailable"
    return (
        ("ended", "no second is left", invalid, Token(person=ada, info={"expires_in": 0})),
        ("not-joined", "has not joined the app: no id", invalid, Token(person=ada, info={"id": None})),
        ("left", "has left the app", invalid, me(answers.NOT_JOINED)),
        ("revoked-between", "revoked between the calls", invalid, me(answers.GONE)),
        ("insufficient", "a consent is missing", "missing_permission", me(answers.INSUFFICIENT)),
        ("young", "is under 14", blocked, info(answers.UNDER_14)),
        ("dormant", "the account is gone", blocked, me(answers.DORMANT)),
        ("ip", "our server's address is not registered", "provider_misconfigured", me(answers.IP_MISMATCHED)),
        ("ip-of-anybodys", "so says an app that may be anybody's", "unlisted_refusal", info(answers.IP_MISMATCHED)),
        ("switched-off", "our app has the login switched off", "provider_misconfigured", me(answers.SWITCHED_OFF)),
        ("quota", "Kakao limits us", "provider_rate_limited", info(answers.QUOTA)),
        ("unlisted", "a code that no page explains", "unlisted_refusal", me(answers.UNLISTED)),
        ("internal", "passes by itself", down, info(answers.INTERNAL)),
        ("maintenance", "Kakao is being maintained", down, me(answers.MAINTENANCE)),
        ("page", "a page of a machine in front", down, info(answers.PAGE)),
        ("nonsense", "a page with status 200", down, me(answers.HTML_200)),
        ("text-app_id", "a text for a number", down, Token(person=ada, info={"app_id": str(APP_ID)})),
        ("other-id", "the two calls name different users", down, Token(person=ada, me={"id": 1})),
    )
