"""The sample app, and what each access token of the simulated LinkedIn stands for. A token is `AQXsim-<name>`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.testing import ACCEPTED, PEOPLE, Person, person
from accredit_linkedin.simulator import answers
from accredit_linkedin.simulator.answers import Answer

CLIENT_ID = "77simlinkedin01"
CLIENT_SECRET = "sim-linkedin-client-secret"  # noqa: S105  # published sample secret of an app that does not exist
REDIRECT_URI = "https://app.example.com/callback"
FOREIGN = "77simforeign002"
CODE_LIFE_S = 1800
"""Half an hour. Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow"""
LIFE_S = 5_184_000
"""Sixty days. Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What one access token stands for.

    `info` overrides fields of `introspectToken`, `user` those of userinfo; None leaves one out. `on_introspect` and
    `on_userinfo` are the answers of these endpoints where they are not the regular ones.
    """

    person: Person
    scopes: tuple[str, ...] = ("email", "openid", "profile")
    info: Mapping[str, Any] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict)
    on_introspect: Answer | None = None
    on_userinfo: Answer | None = None

    def introspection(self, now: int) -> dict[str, Any]:
        """Return the answer of `introspectToken`; `now` is in epoch seconds."""
        usual = {
            "active": True,
            "client_id": CLIENT_ID,
            "authorized_at": now - 60,
            "created_at": now - 60,
            "status": "active",
            "expires_at": now + LIFE_S,
            "scope": ",".join(self.scopes),
            "auth_type": "3L",
        }
        return _without_none({**usual, **self.info})

    def userinfo(self) -> dict[str, Any]:
        """Return the answer of userinfo."""
        claims: dict[str, Any] = {"sub": subject(self.person)}
        if "profile" in self.scopes:
            claims |= profile_claims(self.person)
        if "email" in self.scopes and self.person.email is not None:
            claims |= {"email": self.person.email, "email_verified": True}
        return _without_none({**claims, **self.user})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One named token, with what must come of it."""

    name: str
    about: str
    expected: str
    token: Token
    claims: Mapping[str, Any] = field(default_factory=dict)
    is_foreign: bool = False

    @property
    def access_token(self) -> str:
        """Return the token itself."""
        return f"AQXsim-{self.name}"


def subject(someone: Person) -> str:
    """Return LinkedIn's id of a member, of our app alone."""
    return f"sim_{someone.number}-Q"


def profile_claims(someone: Person) -> dict[str, Any]:
    """Return what scope `profile` opens, as userinfo and ID tokens write it but for the locale."""
    claims: dict[str, Any] = {"name": someone.name, "given_name": someone.given_name}
    if someone.family_name is not None:
        claims["family_name"] = someone.family_name
    if someone.has_picture:
        claims["picture"] = f"https://media.licdn.com/dms/image/sim-{someone.key}/0?e=2147483647&v=beta&t=sim"
    return {**claims, "locale": {"country": "US", "language": "en"}}


def expected_claims(someone: Person) -> dict[str, Any]:
    """Return the claims that our ID token must hold."""
    email = {} if someone.email is None else {"email": someone.email, "email_verified": True}
    return {"sub": f"linkedin|{subject(someone)}", **profile_claims(someone), "locale": "en-US", **email}


def cases() -> Iterator[Case]:
    """Name every access token: the good ones first, complete person first."""
    for someone in PEOPLE:
        claims = expected_claims(someone)
        token = Token(person=someone)
        yield Case(
            name=f"good-{someone.key}", about=f"{someone.name} signs in", expected=ACCEPTED, token=token, claims=claims
        )
    yield from _accepted_cases(person("ada"))
    for someone in PEOPLE:
        yield from _refused_cases(someone)
    for name, about, expected, token in _knobs(person("ada")):
        yield Case(name=f"{name}-ada", about=about, expected=expected, token=token)


def _accepted_cases(ada: Person) -> Iterator[Case]:
    claims = expected_claims(ada)
    sub = {"sub": claims["sub"]}
    profile = {name: value for name, value in claims.items() if not name.startswith("email")}
    variants: tuple[tuple[str, str, Token, dict[str, Any]], ...] = (
        ("openid-only", "only an id was asked for", Token(person=ada, scopes=("openid",)), sub),
        ("no-email", "no confirmed address, or not allowed", Token(person=ada, scopes=("openid", "profile")), profile),
        (
            "blank-scopes",
            "scopes are separated by blanks",
            Token(person=ada, info={"scope": "openid profile email"}),
            claims,
        ),
        ("text-locale", "the locale as a text", Token(person=ada, user={"locale": "en_US"}), claims),
        (
            "text-verified",
            "a text where userinfo has a boolean, which asserts nothing",
            Token(person=ada, user={"email_verified": "true"}),
            {**claims, "email_verified": False},
        ),
        (
            "unverified-email",
            "LinkedIn has not verified the address",
            Token(person=ada, user={"email_verified": False}),
            {**claims, "email_verified": False},
        ),
    )
    for name, about, token, expected in variants:
        yield Case(name=f"{name}-ada", about=about, expected=ACCEPTED, token=token, claims=expected)


def _refused_cases(someone: Person) -> Iterator[Case]:
    def dead(answer: Answer) -> Token:
        return Token(person=someone, on_introspect=answers.INACTIVE, on_userinfo=answer)

    foreign = Token(person=someone, info={"client_id": FOREIGN})
    yield Case(
        name=f"expired-{someone.key}",
        about="sixty days have passed",
        expected="invalid_token",
        token=dead(answers.EXPIRED_TOKEN),
    )
    yield Case(
        name=f"revoked-{someone.key}",
        about="the member took it back",
        expected="invalid_token",
        token=dead(answers.REVOKED_TOKEN),
    )
    yield Case(
        name=f"foreign_app-{someone.key}",
        about="another app's, named",
        expected="wrong_audience",
        token=foreign,
        is_foreign=True,
    )
    hidden = Token(person=someone, on_introspect=answers.INACTIVE)
    yield Case(
        name=f"foreign_app_hidden-{someone.key}",
        about="another app's, of which LinkedIn tells us nothing",
        expected="invalid_token",
        token=hidden,
        is_foreign=True,
    )


def _knobs(ada: Person) -> tuple[tuple[str, str, str, Token], ...]:
    def info(**changes: Any) -> Token:
        return Token(person=ada, info=changes)

    def asked(answer: Answer) -> Token:
        return Token(person=ada, on_introspect=answer)

    def user(answer: Answer) -> Token:
        return Token(person=ada, on_userinfo=answer)

    down, dead = "provider_unavailable", "invalid_token"
    return (
        ("app-token", "of an app, and of no member", dead, info(auth_type="2L")),
        ("enterprise", "of an enterprise product", dead, info(auth_type="Enterprise_User")),
        ("status-expired", "active, though its status is not", dead, info(status="expired")),
        ("ends-now", "its last second has come", dead, info(expires_at=1)),
        ("no-openid", "the member has allowed something else", "missing_permission", user(answers.ACCESS_DENIED)),
        ("revoked-between", "revoked between the calls", dead, user(answers.REVOKED_TOKEN)),
        ("throttled", "the day's calls are used up", "provider_rate_limited", user(answers.THROTTLED)),
        ("too-many", "429 from the front end", "provider_rate_limited", asked(answers.TOO_MANY)),
        ("wrong-secret", "our secret was reset", "provider_misconfigured", asked(answers.INVALID_CLIENT)),
        ("unlisted", "a refusal that no table lists", "unlisted_refusal", user(answers.UNLISTED)),
        ("down", "introspection is down", down, asked(answers.DOWN)),
        ("userinfo-down", "userinfo is down", down, user(answers.DOWN)),
        ("nonsense", "HTML with status 200", down, asked(answers.HTML_200)),
        ("text-active", "active is the text 'true'", down, info(active="true")),
        ("no-client", "introspection names no app", down, info(client_id=None)),
        ("no-sub", "userinfo names nobody", down, Token(person=ada, user={"sub": None})),
    )


def _without_none(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
