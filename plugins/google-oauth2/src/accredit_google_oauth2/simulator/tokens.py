"""The sample app, and what each access token of the simulated Google stands for. A token is `ya29.sim-<name>`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.testing import ACCEPTED, PEOPLE, Person, person
from accredit_google_oauth2.simulator import answers
from accredit_google_oauth2.simulator.answers import Answer

WEB = "123456789012-simweb.apps.googleusercontent.com"
ANDROID = "123456789012-simandroid.apps.googleusercontent.com"
OUR_CLIENTS = frozenset({WEB, ANDROID})
FOREIGN = "210987654321-simforeign.apps.googleusercontent.com"
SERVICE_ACCOUNT = "112233445566778899001"

OPENID = "openid"
PROFILE = "https://www.googleapis.com/auth/userinfo.profile"
EMAIL = "https://www.googleapis.com/auth/userinfo.email"
DRIVE = "https://www.googleapis.com/auth/drive.readonly"
LIFE_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What one access token stands for.

    `info` overrides fields of tokeninfo, `user` those of userinfo. `tokeninfo` and `userinfo` are the answers of these
    endpoints where they are not the regular ones.
    """

    person: Person
    aud: str = WEB
    azp: str = WEB
    scopes: tuple[str, ...] = (OPENID, PROFILE, EMAIL)
    life_s: int = LIFE_S
    info: Mapping[str, Any] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict)
    tokeninfo: Answer | None = None
    userinfo: Answer | None = None

    @property
    def identifies(self) -> bool:
        """Say whether a scope lets the token's holder learn who the user is."""
        return bool({OPENID, PROFILE, EMAIL} & set(self.scopes))


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
        """Return the token itself, in Google's form."""
        return f"ya29.sim-{self.name}"


def subject(someone: Person) -> str:
    """Return Google's id of a person: 21 digits, more than any number type holds."""
    return f"1{someone.number:020d}"


def profile_claims(someone: Person) -> dict[str, Any]:
    """Return what scope `profile` opens."""
    claims: dict[str, Any] = {"name": someone.name, "given_name": someone.given_name}
    if someone.family_name is not None:
        claims["family_name"] = someone.family_name
    if someone.has_picture:
        claims["picture"] = f"https://lh3.googleusercontent.com/a/sim-{someone.key}=s96-c"
    return claims


def email_claims(someone: Person) -> dict[str, Any]:
    """Return what scope `email` opens, as userinfo and ID tokens write it."""
    return {} if someone.email is None else {"email": someone.email, "email_verified": True}


def expected_claims(someone: Person) -> dict[str, Any]:
    """Return the claims that our ID token must hold."""
    return {
        "sub": f"google-oauth2|{subject(someone)}",
        **profile_claims(someone),
        **email_claims(someone),
    }


def cases() -> Iterator[Case]:
    """Name every access token: the good ones first, complete person first."""
    yield from map(_good, PEOPLE)
    yield from _accepted_cases(person("ada"))
    for someone in PEOPLE:
        yield from _refused_cases(someone)
    for name, about, expected, token in _knobs(person("ada")):
        yield Case(name=f"{name}-ada", about=about, expected=expected, token=token)


def _good(someone: Person) -> Case:
    # Without an address the person has not allowed scope `email`: every Google account has one.
    scopes = (OPENID, PROFILE, EMAIL) if someone.email else (OPENID, PROFILE)
    return Case(
        name=f"good-{someone.key}",
        about=f"{someone.name} signs in",
        expected=ACCEPTED,
        token=Token(person=someone, scopes=scopes),
        claims=expected_claims(someone),
    )


def _accepted_cases(ada: Person) -> Iterator[Case]:
    claims = expected_claims(ada)
    variants: tuple[tuple[str, str, Token, dict[str, Any]], ...] = (
        ("hybrid", "an Android app asks on behalf of its web client", Token(person=ada, azp=ANDROID), {}),
        ("workspace", "a Workspace account", Token(person=ada, user={"hd": "example.com"}), {}),
        (
            "gmail",
            "an address that Google itself runs",
            Token(person=ada, user={"email": "ada.sim@gmail.com"}),
            {"email": "ada.sim@gmail.com"},
        ),
        ("locale", "userinfo names a language", Token(person=ada, user={"locale": "en-GB"}), {"locale": "en-GB"}),
        (
            "unverified-email",
            "Google has not verified the address",
            Token(person=ada, user={"email_verified": False}),
            {"email_verified": False},
        ),
        (
            "string-email_verified",
            "userinfo says the string 'true', which asserts nothing",
            Token(person=ada, user={"email_verified": "true"}),
            {"email_verified": False},
        ),
    )
    yield Case(
        name="email-only-ada",
        about="only the address was allowed: neither openid nor profile",
        expected=ACCEPTED,
        token=Token(person=ada, scopes=(EMAIL,)),
        claims={"sub": claims["sub"], **email_claims(ada)},
    )
    for name, about, token, changed in variants:
        yield Case(name=f"{name}-ada", about=about, expected=ACCEPTED, token=token, claims={**claims, **changed})


def _refused_cases(someone: Person) -> Iterator[Case]:
    dead = Token(person=someone, tokeninfo=answers.INVALID_VALUE, userinfo=answers.INVALID_CREDENTIALS)
    foreign = Token(person=someone, aud=FOREIGN, azp=FOREIGN)
    for name, about, expected, token in (
        ("expired", "an hour has passed", "invalid_token", dead),
        ("revoked", "the user has withdrawn consent", "invalid_token", dead),
        ("foreign_app", "minted for another project", "wrong_audience", foreign),
    ):
        yield Case(name=f"{name}-{someone.key}", about=about, expected=expected, token=token)


def _knobs(ada: Person) -> tuple[tuple[str, str, str, Token], ...]:
    def info(answer: Answer) -> Token:
        return Token(person=ada, tokeninfo=answer)

    def user(answer: Answer) -> Token:
        return Token(person=ada, userinfo=answer)

    service = Token(person=ada, aud=SERVICE_ACCOUNT, azp=SERVICE_ACCOUNT, scopes=(DRIVE,))
    down = "provider_unavailable"
    return (
        ("foreign-azp", "a foreign app asks for our web client", "wrong_audience", Token(person=ada, azp=FOREIGN)),
        ("no-identity", "only Drive was allowed: no `sub`", "missing_permission", Token(person=ada, scopes=(DRIVE,))),
        ("service-account", "no person at all", "missing_permission", service),
        (
            "old-invalid",
            "tokeninfo's older error, a description only",
            "invalid_token",
            info(answers.OLD_INVALID_VALUE),
        ),
        ("revoked-between", "revoked between the calls", "invalid_token", user(answers.INVALID_CREDENTIALS)),
        ("unauthenticated", "the other form of userinfo's 401", "invalid_token", user(answers.UNAUTHENTICATED)),
        ("scope-refused", "userinfo wants more scopes", "missing_permission", user(answers.SCOPE_INSUFFICIENT)),
        ("disabled", "the account is disabled", "provider_user_blocked", user(answers.ACCOUNT_DISABLED)),
        ("suspended-app", "our project is suspended", "provider_misconfigured", user(answers.PROJECT_SUSPENDED)),
        ("too-many", "429 from the front end", "provider_rate_limited", info(answers.TOO_MANY)),
        (
            "day-is-over",
            "our project has used up its day",
            "provider_quota_exhausted",
            user(answers.DAILY_LIMIT_EXCEEDED),
        ),
        ("unlisted", "a documented refusal that no table lists", "unlisted_refusal", user(answers.POLICY_VIOLATED)),
        ("quota", "403 that means a rate limit", "provider_rate_limited", user(answers.RATE_LIMIT_EXCEEDED)),
        ("down", "tokeninfo is down", down, info(answers.DOWN)),
        ("userinfo-down", "userinfo is down", down, user(answers.DOWN)),
        ("v1-form", "tokeninfo answers in the form of its version 1", down, info(answers.V1_FORM)),
        ("v2-form", "userinfo answers in the form of its version 2: `id`, no `sub`", down, user(answers.V2_FORM)),
        (
            "number-exp",
            "tokeninfo writes a number where it writes strings",
            down,
            Token(person=ada, info={"exp": 4_000_000_000}),
        ),
        ("ends-now", "its last second has come", "invalid_token", Token(person=ada, life_s=0)),
        ("nonsense", "HTML with status 200", down, info(answers.HTML_200)),
        ("other-sub", "the two calls name different users", down, Token(person=ada, user={"sub": "1" + "0" * 20})),
        ("no-sub", "userinfo names nobody", down, Token(person=ada, user={"sub": None})),
    )
