"""The access tokens of the simulated provider: each says what it is, such as `oidc-sim-good-ada`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import JSONResponse, Response

from accredit.testing import ACCEPTED, PEOPLE, Person, Sample, person
from accredit_oidc.simulator.answers import refusal, unauthorized

ISSUER = "https://id.oidc.example"
CLIENT_ID = "oidc-sample-app"
CLIENT_SECRET = "oidc-sample-secret"  # noqa: S105 - of a simulator, known to everybody
PUBLIC_CLIENT_ID = "oidc-sample-phone"
"""A public client: it has no secret, and its codes need PKCE."""
FOREIGN_CLIENT_ID = "oidc-sample-app-2"  # ours is a prefix of it


def user_of(someone: Person) -> dict[str, Any]:
    """Return the standard claims of a person; what is not known is left out."""
    usual = {
        "sub": str(someone.number),
        "preferred_username": someone.screen_name,
        "name": someone.name,
        "given_name": someone.given_name,
        "family_name": someone.family_name,
        "picture": f"https://id.oidc.example/sim/{someone.key}.png" if someone.has_picture else None,
        "email": someone.email,
        "email_verified": True if someone.email else None,
    }
    return {name: value for name, value in usual.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token: whose it is, and what is special about it. `info` and `user` change what the two calls say."""

    name: str
    about: str
    owner: Person = field(default_factory=lambda: person("ada"))
    expected: str = ACCEPTED
    client_id: str = CLIENT_ID
    is_active: bool = True
    info: Mapping[str, Any] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict)
    introspection: Response | None = None
    userinfo: Response | None = None
    """What a call answers where it is not the object."""

    @property
    def value(self) -> str:
        """The token itself."""
        return f"oidc-sim-{self.name}-{self.owner.key}"

    def introspected(self, now: int) -> dict[str, Any]:
        """Return what introspection says. Source: RFC 7662 section 2.2."""
        usual = {
            "active": True,
            "client_id": self.client_id,
            "sub": str(self.owner.number),
            "iss": ISSUER,
            "exp": now + 3600,
            "scope": "openid profile email",
            "token_type": "Bearer",
        }
        return _without_none({**usual, **self.info})

    def user_object(self) -> dict[str, Any]:
        """Return what userinfo says of the owner."""
        return _without_none({**user_of(self.owner), **self.user})

    def sample(self) -> Sample:
        """Return it as a sample, with the claims that our ID token must then hold."""
        user = self.user_object()
        claims = {"sub": f"oidc|{user['sub']}"}
        claims |= {name: user[name] for name in ("name", "email", "email_verified") if name in user}
        return Sample(
            name=f"{self.name}-{self.owner.key}",
            about=self.about,
            parameters={"access_token": self.value},
            expected=self.expected,
            claims=claims if self.expected == ACCEPTED else {},
        )


def tokens() -> Iterator[Token]:
    """Yield every token there is: the good ones first, the complete person's at the head."""
    for someone in PEOPLE:
        yield Token(name="good", about=f"{someone.name} signs in", owner=someone)
    yield Token(name="unverified", about="an address nobody has confirmed", user={"email_verified": False})
    yield Token(name="by_aud", about="introspection has aud, no client_id", info={"client_id": None, "aud": CLIENT_ID})
    for someone in PEOPLE:
        yield from _refused(someone)
    yield from _knobs()


def _refused(someone: Person) -> Iterator[Token]:
    dead = "invalid_token"
    yield Token(name="expired", about="its time is over", owner=someone, expected=dead, is_active=False)
    yield Token(name="revoked", about="the user has withdrawn it", owner=someone, expected=dead, is_active=False)
    yield Token(
        name="foreign_app",
        about="minted for another app, whose id begins with ours",
        owner=someone,
        expected="wrong_audience",
        client_id=FOREIGN_CLIENT_ID,
    )


def _knobs() -> Iterator[Token]:
    dead, down, scope = "invalid_token", "provider_unavailable", "missing_permission"
    for name, about, expected, info in (
        ("refresh", "a refresh token, by Keycloak's `typ`", dead, {"typ": "Refresh"}),
        ("bound", "bound to a key", dead, {"token_type": "DPoP"}),
        ("other_issuer", "of another issuer", dead, {"iss": f"{ISSUER}/"}),
        ("own", "the app's own token", scope, {"sub": CLIENT_ID}),
        ("nobody", "no user is named", scope, {"sub": None}),
        ("foreign_aud", "for an audience that is not ours", "wrong_audience", {"client_id": None, "aud": ["other"]}),
        ("no_app", "nobody says for whom", down, {"client_id": None}),
        ("text_exp", "a text for a number", down, {"exp": "4000000000"}),
    ):
        yield Token(name=name, about=about, expected=expected, info=info)
    limited = {"Retry-After": "30"}
    for name, about, expected, userinfo in (
        ("dies", "revoked between the two calls", dead, unauthorized("invalid_token")),
        ("no_scope", "the profile is not shared", scope, unauthorized("insufficient_scope", 403)),
        ("limited", "too many calls", "provider_rate_limited", refusal(429, "slow_down", limited)),
        ("down", "the provider is down", down, refusal(503, "server_error")),
        ("unheard_of", "an error of no table", "unlisted_refusal", refusal(400, "unheard_of")),
        ("nonsense", "a list for an object", down, JSONResponse([])),
    ):
        yield Token(name=name, about=about, expected=expected, userinfo=userinfo)
    yield Token(name="other_user", about="the two calls name two users", expected=down, user={"sub": "1"})


def _without_none(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
