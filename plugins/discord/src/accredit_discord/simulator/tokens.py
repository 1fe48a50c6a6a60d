"""The tokens of the simulated Discord: each one a situation, told by its name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from accredit.errors import (
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
    ProviderUserBlocked,
    UnlistedRefusal,
    WrongAudience,
)
from accredit.testing import ACCEPTED, PEOPLE, Person, Sample, person
from accredit_discord.simulator import answers
from accredit_discord.simulator.answers import Answer

CLIENT_ID: Final = "157730590492196864"
FOREIGN_CLIENT_ID: Final = "1577305904921968640"  # ours is a prefix of it
EXPIRES: Final = "2099-01-23T02:33:17.017000+00:00"
_AVATARS = {"ada": "8342729096ea3675442027381ff50dfe", "max": "a_1269e74af4df7417b13759eae50c83dc"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token: whose it is, and what is special about the answers to it.

    `me` and `user` replace fields of the usual answers, None is null and `...` drops one. `on_me` and `on_user` replace
    whole answers. A `dead` token Discord does not know.
    """

    knob: str
    about: str
    owner: Person = field(default_factory=lambda: person("ada"))
    expected: str = ACCEPTED
    scopes: tuple[str, ...] = ("identify", "email")
    dead: bool = False
    me: Mapping[str, Any] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict)
    on_me: Answer | None = None
    on_user: Answer | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)

    @property
    def value(self) -> str:
        """The token itself."""
        return f"sim-{self.knob}-{self.owner.key}"

    @property
    def is_ours(self) -> bool:
        """Whether it is of our sample application."""
        return "application" not in self.me

    def sample(self) -> Sample:
        """Return it as a sample."""
        return Sample(
            name=f"{self.knob}-{self.owner.key}",
            about=self.about,
            parameters={"access_token": self.value},
            expected=self.expected,
            claims=self.claims,
        )

    def authorization(self) -> dict[str, Any]:
        """Return what `/oauth2/@me` says of it.

        Source: https://discord.com/developers/docs/topics/oauth2#get-current-authorization-information
        """
        usual = {
            "application": application(CLIENT_ID),
            "scopes": list(self.scopes),
            "expires": EXPIRES,
            "user": self.partial_user() if "identify" in self.scopes else ...,
        }
        return {name: value for name, value in {**usual, **self.me}.items() if value is not ...}

    def partial_user(self) -> dict[str, Any]:
        """Return the user as it stands in `/oauth2/@me`: without an address."""
        owner = self.owner
        return {
            "id": str(owner.number),
            "username": owner.screen_name,
            "avatar": _AVATARS.get(owner.key, "0" * 32) if owner.has_picture else None,
            "discriminator": "0",
            "global_name": owner.name,
            "public_flags": 131_072,
        }

    def user_object(self) -> dict[str, Any]:
        """Return what `/users/@me` says of its owner.

        Source: https://discord.com/developers/docs/resources/user#user-object
        """
        usual = {
            **self.partial_user(),
            "flags": 131_072,
            "banner": None,
            "accent_color": 16_711_680,
            "avatar_decoration_data": None,
            "mfa_enabled": True,
            "locale": "en-GB",
            "premium_type": 0,
        }
        if "email" in self.scopes:
            usual |= {"email": self.owner.email, "verified": self.owner.email is not None}
        return {name: value for name, value in {**usual, **self.user}.items() if value is not ...}


def application(client_id: str) -> dict[str, Any]:
    """Return an application in part."""
    return {
        "id": client_id,
        "name": "Sample",
        "icon": None,
        "description": "",
        "hook": True,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "c8cde6a3c8c6e49d86af3191287b3ce255872be1fff6dc285bdb420c06a2c3c8",
    }


def all_tokens() -> Iterator[Token]:
    """Yield every token there is: the good ones first, ada's at the head."""
    for owner in PEOPLE:
        email = {"email": owner.email, "email_verified": True} if owner.email else {}
        yield Token(
            knob="good",
            about=f"a token of {owner.name} for our application",
            owner=owner,
            claims={
                "sub": f"discord|{owner.number}",
                "name": owner.name,
                "preferred_username": owner.screen_name,
                **email,
            },
        )
    yield from _accepted()
    yield from _refused()


def _accepted() -> Iterator[Token]:
    ada = person("ada")
    yield Token(
        knob="identify",
        about="without the scope email: the first call says all",
        scopes=("identify",),
        claims={"name": ada.name},
    )
    yield Token(
        knob="unverified",
        about="an address that was never confirmed",
        user={"verified": False},
        claims={"email": ada.email, "email_verified": False},
    )
    yield Token(
        knob="no_name",
        about="no display name, and the four digits of older accounts",
        user={"global_name": None, "discriminator": "1337"},
        claims={"preferred_username": f"{ada.screen_name}#1337"},
    )
    yield Token(
        knob="more_scopes", about="may do more than we ask for", scopes=("identify", "email", "guilds", "openid")
    )


def _refused() -> Iterator[Token]:
    dead, down = InvalidProviderToken.reason, ProviderUnavailable.reason
    for owner in PEOPLE:
        yield Token(knob="revoked", about="the user withdrew it", owner=owner, expected=dead, dead=True)
        yield Token(
            knob="foreign",
            about="a token of another application, whose id begins with ours",
            owner=owner,
            expected=WrongAudience.reason,
            me={"application": application(FOREIGN_CLIENT_ID)},
        )
    yield Token(
        knob="over",
        about="its week is over, and Discord still answers",
        expected=dead,
        me={"expires": "2021-01-23T02:33:17.017000+00:00"},
    )
    yield Token(knob="invalid", about="refused by a code", expected=dead, on_me=answers.INVALID_TOKEN)
    yield Token(knob="dies", about="revoked between the two calls", expected=dead, on_user=answers.UNAUTHORIZED)
    yield Token(knob="bot", about="the user is a bot", expected=dead, user={"bot": True})
    yield Token(knob="system", about="the user is Discord itself", expected=dead, user={"system": True})
    missing = MissingPermission.reason
    yield Token(knob="no_identify", about="without the scope identify", expected=missing, scopes=("guilds",))
    yield Token(knob="no_access", about="the token may not ask", expected=missing, on_user=answers.NO_ACCESS)
    yield Token(knob="no_scope", about="a scope is missing", expected=missing, on_user=answers.NO_SCOPE)
    blocked = ProviderUserBlocked.reason
    yield Token(
        knob="not_verified", about="the account is not verified", expected=blocked, on_user=answers.NOT_VERIFIED
    )
    yield Token(knob="gone", about="the user is gone", expected=blocked, on_user=answers.UNKNOWN_USER)
    yield Token(
        knob="unheard_of", about="a code that no table lists", expected=UnlistedRefusal.reason, on_me=answers.UNHEARD_OF
    )
    yield Token(knob="we_are_blocked", about="blocked", expected=ProviderMisconfigured.reason, on_me=answers.BLOCKED)
    spent = ProviderQuotaExhausted.reason
    yield Token(knob="banned", about="our address is banned: a page", expected=spent, on_me=answers.BANNED)
    yield Token(knob="banned_plain", about="the same in a line", expected=spent, on_me=answers.BANNED_PLAIN)
    limited = ProviderRateLimited.reason
    yield Token(knob="limited", about="the user is over a limit", expected=limited, on_me=answers.LIMITED)
    yield Token(knob="limited_user", about="a fraction of a second", expected=limited, on_user=answers.LIMITED_IN_BODY)
    yield Token(knob="overloaded", about="overloaded", expected=down, on_user=answers.OVERLOADED)
    yield Token(knob="down", about="HTML instead of JSON", expected=down, on_me=answers.DOWN)
    yield Token(knob="nonsense", about="a list for an object", expected=down, on_me=answers.NONSENSE)
    yield Token(
        knob="other_user", about="the two calls name two users", expected=down, user={"id": str(person("grace").number)}
    )
