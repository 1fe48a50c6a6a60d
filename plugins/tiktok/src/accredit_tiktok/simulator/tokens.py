"""The codes of the simulated TikTok: each one a situation, told by its name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from accredit.errors import (
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderQuotaExhausted,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.testing import ACCEPTED, PEOPLE, CodeBinding, Person, Sample, person
from accredit_tiktok.simulator import answers
from accredit_tiktok.simulator.answers import Answer, api_error, oauth_error

CLIENT_KEY: Final = "sbawsimkey0123456789"
CALLBACK: Final = "https://app.example.com/tiktok"
"""The registered redirect of our sample app."""
VERIFIER: Final = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
"""The `code_verifier` of all logins that have one."""
LIFE_S: Final = 7200
FIELDS: Final[Mapping[str, str]] = {
    "open_id": "user.info.basic",
    "union_id": "user.info.basic",
    "avatar_url": "user.info.basic",
    "avatar_url_100": "user.info.basic",
    "avatar_large_url": "user.info.basic",
    "display_name": "user.info.basic",
    "bio_description": "user.info.profile",
    "profile_deep_link": "user.info.profile",
    "is_verified": "user.info.profile",
    "username": "user.info.profile",
}
"""What may be asked of a user, and the scope that each field takes.

Source: https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info
"""
_PICTURES: Final = "https://p16-sign.tiktokcdn-us.com/sim"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code: whose it is, and what is special about the answers to it.

    `token` and `user` replace fields of the usual answers, None is null and `...` drops one. `on_token` and `on_user`
    replace whole answers. A login that began without PKCE has no `verifier`.
    """

    knob: str
    about: str
    owner: Person = field(default_factory=lambda: person("ada"))
    expected: str = ACCEPTED
    scopes: tuple[str, ...] = ("user.info.basic", "user.info.profile")
    verifier: str | None = VERIFIER
    client_key: str = CLIENT_KEY
    token: Mapping[str, Any] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict)
    on_token: Answer | None = None
    on_user: Answer | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)

    @property
    def value(self) -> str:
        """The code itself."""
        return f"sim-{self.knob}-{self.owner.key}"

    @property
    def binding(self) -> CodeBinding:
        """What its login was begun with."""
        return CodeBinding(client_id=self.client_key, redirect_uri=CALLBACK, code_verifier=self.verifier)

    def sample(self) -> Sample:
        """Return it as a sample."""
        return Sample(
            name=f"{self.knob}-{self.owner.key}",
            about=self.about,
            parameters={"access_token": self.value, "code_verifier": VERIFIER, "redirect_uri": CALLBACK},
            expected=self.expected,
            claims=self.claims,
            is_foreign=self.client_key != CLIENT_KEY,
        )

    def new_token(self, value: str) -> dict[str, Any]:
        """Return what comes of it. Source: https://developers.tiktok.com/doc/oauth-get-a-user-access-token"""
        usual = {
            "open_id": open_id(self.owner),
            "scope": ",".join(self.scopes),
            "access_token": value,
            "expires_in": LIFE_S,
            "refresh_token": f"rft.{value}",
            "refresh_expires_in": 15_552_000,
            "token_type": "Bearer",
        }
        return {name: value for name, value in {**usual, **self.token}.items() if value is not ...}

    def user_object(self) -> dict[str, Any]:
        """Return all that may be asked of its owner."""
        owner = self.owner
        picture = f"{_PICTURES}/{owner.key}" if owner.has_picture else None
        usual = {
            "open_id": open_id(owner),
            "union_id": f"5c6d{owner.number}-union",
            "avatar_url": picture and f"{picture}~168x168.webp?x-expires=1795100000&x-signature=c2lt",
            "avatar_url_100": picture and f"{picture}~100x100.webp?x-expires=1795100000&x-signature=c2lt",
            "avatar_large_url": picture and f"{picture}~720x720.webp?x-expires=1795100000&x-signature=c2lt",
            "display_name": owner.name,
            "bio_description": "",
            "profile_deep_link": f"https://vm.tiktok.com/sim{owner.key}/",
            "is_verified": False,
            "username": owner.screen_name,
        }
        return {name: value for name, value in {**usual, **self.user}.items() if value is not ...}


def open_id(owner: Person) -> str:
    """Return somebody's id in our sample app."""
    return f"7a8b{owner.number}-open"


def all_codes() -> Iterator[Code]:
    """Yield every code there is: the good ones first, ada's at the head."""
    for owner in PEOPLE:
        yield Code(
            knob="good",
            about=f"a code of {owner.name} for our app",
            owner=owner,
            claims={
                "sub": f"tiktok|{open_id(owner)}",
                "name": owner.name,
                "preferred_username": owner.screen_name,
            },
        )
    yield from _accepted()
    yield from _refused_exchanges()
    yield from _refused_users()


def _accepted() -> Iterator[Code]:
    ada = person("ada")
    yield Code(
        knob="basic",
        about="without the scope user.info.profile, and so without a username",
        scopes=("user.info.basic",),
        claims={"name": ada.name},
    )
    yield Code(
        knob="id_alone",
        about="the user has allowed nothing but the id: the exchange says all",
        scopes=("user.info.open_id",),
        claims={"sub": f"tiktok|{open_id(ada)}"},
    )
    yield Code(knob="no_union", about="without an id of the developer", user={"union_id": ...})
    yield Code(
        knob="more_scopes",
        about="may do more than we ask for",
        scopes=("user.info.basic", "video.list", "video.upload"),
    )


def _refused_exchanges() -> Iterator[Code]:
    dead, down, ours = InvalidProviderToken.reason, ProviderUnavailable.reason, ProviderMisconfigured.reason
    for owner in PEOPLE:
        yield Code(knob="expired", about="a code that is too old", owner=owner, expected=dead, on_token=answers.EXPIRED)
        yield Code(
            knob="foreign",
            about="a code of another app, whose client key begins with ours",
            owner=owner,
            expected=dead,
            client_key=f"{CLIENT_KEY}0",
        )
    yield Code(knob="other_login", about="another device has begun this login", expected=dead, verifier="x" * 43)
    yield Code(knob="web", about="this login was begun without a challenge", expected=dead, verifier=None)
    yield Code(knob="denied", about="TikTok denies it", expected=dead, on_token=oauth_error("access_denied"))
    yield Code(
        knob="our_key", about="our app may not log in", expected=ours, on_token=oauth_error("unauthorized_client")
    )
    yield Code(
        knob="unheard_of",
        about="a code that no table lists",
        expected=UnlistedRefusal.reason,
        on_token=oauth_error("user_restricted"),
    )
    yield Code(
        knob="failing", about="a fault of theirs", expected=down, on_token=oauth_error("server_error", status=500)
    )
    yield Code(knob="busy", about="too much to do", expected=down, on_token=oauth_error("temporarily_unavailable"))
    yield Code(knob="down", about="HTML instead of JSON", expected=down, on_token=answers.DOWN)
    yield Code(knob="nonsense", about="a list for an object", expected=down, on_token=answers.NONSENSE)


def _refused_users() -> Iterator[Code]:
    down, missing = ProviderUnavailable.reason, MissingPermission.reason
    yield Code(knob="dies", about="the new token is refused at once", expected=down, on_user=answers.NO_TOKEN)
    yield Code(knob="no_scope", about="the user has not allowed it", expected=missing, on_user=answers.NO_SCOPE)
    yield Code(
        knob="no_field",
        about="a field takes another scope, with the status of a success",
        expected=missing,
        on_user=api_error(200, "scope_permission_missed"),
    )
    yield Code(
        knob="limited",
        about="our app is over its limit",
        expected=ProviderQuotaExhausted.reason,
        on_user=api_error(429, "rate_limit_exceeded"),
    )
    yield Code(
        knob="fields", about="our call is wrong", expected=ProviderProtocolError.reason, on_user=answers.BAD_FIELDS
    )
    yield Code(knob="internal", about="a fault of theirs", expected=down, on_user=api_error(500, "internal_error"))
    yield Code(
        knob="other_user",
        about="the two calls name two users",
        expected=down,
        user={"open_id": open_id(person("grace"))},
    )
