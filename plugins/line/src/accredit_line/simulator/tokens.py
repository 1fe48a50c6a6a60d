"""The sample channel, and what each access token of the simulated LINE stands for.

A token is `eyJhbGciOiJIUzI1NiJ9.sim-<name>.line`: like LINE's own it begins as a JWT does, and its middle is no JSON.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.testing import ACCEPTED, PEOPLE, Person, person
from accredit_line.simulator import answers
from accredit_line.simulator.answers import Answer

CHANNEL_ID = "1440057261"
CHANNEL_SECRET = "5a1ec0de5a1ec0de5a1ec0de5a1ec0de"  # noqa: S105  # sample secret of a channel that does not exist
FOREIGN = "14400572610"
LIFE_S = 2_591_659
"""What is left of 30 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What one access token stands for. `verify`, `profile` and `userinfo` are answers that are not the regular ones.

    `granted` and `user` override fields of `verify` and of the user's endpoints.
    """

    person: Person
    channel_id: str = CHANNEL_ID
    scope: str = "profile openid"
    granted: Mapping[str, Any] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict)
    verify: Answer | None = None
    profile: Answer | None = None
    userinfo: Answer | None = None


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
        """Return the token itself, in LINE's form."""
        return f"eyJhbGciOiJIUzI1NiJ9.sim-{self.name}.line"


def user_id(someone: Person) -> str:
    """Return LINE's id of a person: `U` and 32 hexadecimal digits."""
    return f"U{someone.number:032x}"


def picture(someone: Person) -> str | None:
    """Return the address of a person's picture."""
    return f"https://profile.line-scdn.net/sim-{someone.key}" if someone.has_picture else None


def expected_claims(someone: Person, *, email: bool = False) -> dict[str, Any]:
    """Return the claims that our ID token must hold; only LINE's ID tokens have an address."""
    claims: dict[str, Any] = {"sub": f"line|{user_id(someone)}", "name": someone.name, "picture": picture(someone)}
    if email and someone.email is not None:
        claims |= {"email": someone.email, "email_verified": False}
    return {name: value for name, value in claims.items() if value is not None}


def cases() -> Iterator[Case]:
    """Name every access token: the good ones first, complete person first."""
    for someone in PEOPLE:
        yield _case("good", "signs in", ACCEPTED, Token(person=someone), expected_claims(someone))
    for someone in PEOPLE:
        yield _case("openid", "without scope profile", ACCEPTED, Token(person=someone, scope="openid"), _sub(someone))
        dead = Token(person=someone, verify=answers.EXPIRED, profile=answers.UNAUTHORIZED)
        yield _case("expired", "after 30 days", "invalid_token", dead)
        yield _case("foreign_app", "of another channel", "wrong_audience", Token(person=someone, channel_id=FOREIGN))
    for name, about, expected, token in _knobs(person("ada")):
        yield _case(name, about, expected, token)


def _sub(someone: Person) -> dict[str, Any]:
    return {"sub": f"line|{user_id(someone)}"}


def _case(name: str, about: str, expected: str, token: Token, claims: Mapping[str, Any] | None = None) -> Case:
    return Case(name=f"{name}-{token.person.key}", about=about, expected=expected, token=token, claims=claims or {})


def _knobs(ada: Person) -> tuple[tuple[str, str, str, Token], ...]:
    def verify(answer: Answer) -> Token:
        return Token(person=ada, verify=answer)

    def profile(answer: Answer) -> Token:
        return Token(person=ada, profile=answer)

    invalid, down = "invalid_token", "provider_unavailable"
    limited = "provider_rate_limited"
    return (
        ("invalid", "withdrawn by its user", invalid, verify(answers.INVALID)),
        ("ended", "no second is left", invalid, Token(person=ada, granted={"expires_in": 0})),
        ("long-ended", "less than none is left", invalid, Token(person=ada, granted={"expires_in": -1})),
        ("revoked-between", "revoked between the calls", invalid, profile(answers.UNAUTHORIZED)),
        ("no-scope", "of a channel that asks for neither", "missing_permission", Token(person=ada, scope="friends")),
        ("forbidden", "profile wants a scope", "missing_permission", profile(answers.FORBIDDEN)),
        ("too-many", "LINE limits us", limited, verify(answers.TOO_MANY)),
        ("too-many-profiles", "LINE limits us", limited, profile(answers.TOO_MANY)),
        ("unlisted", "a word that no page explains", "unlisted_refusal", verify(answers.UNLISTED)),
        ("down", "verify fails", down, verify(answers.DOWN)),
        ("page", "profile is down", down, profile(answers.PAGE)),
        ("nonsense", "a page with status 200", down, verify(answers.HTML_200)),
        ("text-expires_in", "a text for a number", down, Token(person=ada, granted={"expires_in": "2591659"})),
        ("number-client_id", "a number for a text", down, Token(person=ada, granted={"client_id": int(CHANNEL_ID)})),
        ("no-id", "profile names nobody", down, Token(person=ada, user={"userId": None})),
    )
