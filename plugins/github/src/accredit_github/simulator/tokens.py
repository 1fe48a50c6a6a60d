"""The tokens of the simulated GitHub: each one a situation, told by its name."""

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
)
from accredit.testing import ACCEPTED, PEOPLE, Person, Sample, person
from accredit_github.simulator import answers
from accredit_github.simulator.answers import Answer

CLIENT_ID: Final = "Ov23liSimSampleApp00"
FOREIGN_CLIENT_ID: Final = "Ov23liSimSampleApp001"  # ours is a prefix of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token: whose it is, and what is special about the answers to it.

    `check` and `user` replace fields of the usual answers, None is null and `...` drops one. `on_check`, `on_user` and
    `on_emails` replace whole answers. Of a `dead` token GitHub knows nothing; of a foreign one it tells none.
    """

    knob: str
    about: str
    owner: Person = field(default_factory=lambda: person("ada"))
    expected: str = ACCEPTED
    prefix: str = "gho_"
    scopes: tuple[str, ...] = ("read:user", "user:email")
    app: str = CLIENT_ID
    dead: bool = False
    check: Mapping[str, Any] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict)
    addresses: tuple[Mapping[str, Any], ...] | None = None
    on_check: Answer | None = None
    on_user: Answer | None = None
    on_emails: Answer | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)
    literal: str | None = None

    @property
    def value(self) -> str:
        """The token itself; letters and digits follow the prefix of a real one, too."""
        return self.literal or f"{self.prefix}sim_{self.knob}_{self.owner.key}"

    def sample(self) -> Sample:
        """Return it as a sample."""
        return Sample(
            name=f"{self.knob}-{self.owner.key}",
            about=self.about,
            parameters={"access_token": self.value},
            expected=self.expected,
            claims=self.claims,
            is_foreign=self.app != CLIENT_ID,
        )

    def checked(self) -> dict[str, Any]:
        """Return what the check-token call says of it. Source: schema `authorization` of @octokit/openapi-types 29."""
        usual = {
            "id": self.owner.number,
            "url": f"https://api.github.com/authorizations/{self.owner.number}",
            "app": {"client_id": self.app, "name": "Sample", "url": "https://github.com/apps/sample"},
            "token": self.value,
            "hashed_token": "25f94a2a5c7fbaf499c665bc73d67c1c87e496da8985131633ee0a95819db2e8",
            "token_last_eight": self.value[-8:],
            "note": None,
            "note_url": None,
            "created_at": "2026-11-01T10:00:00Z",
            "updated_at": "2026-11-01T10:00:00Z",
            "scopes": list(self.scopes),
            "fingerprint": None,
            "expires_at": None,
            "user": simple_user(self.owner),
        }
        return {name: value for name, value in {**usual, **self.check}.items() if value is not ...}

    def user_object(self) -> dict[str, Any]:
        """Return what `/user` says of its owner. Source: schema `private-user` of @octokit/openapi-types 29."""
        owner = self.owner
        usual = {
            **simple_user(owner),
            "name": owner.name,
            "company": None,
            "blog": "https://blog.example.com/ada" if owner.key == "ada" else "",
            "location": "London" if owner.key == "ada" else None,
            "email": None,
            "hireable": None,
            "bio": None,
            "twitter_username": None,
            "public_repos": 1,
            "followers": 2,
            "following": 0,
            "created_at": "2008-01-14T04:33:35Z",
            "updated_at": "2026-01-14T04:33:35Z",
            "two_factor_authentication": True,
        }
        return {name: value for name, value in {**usual, **self.user}.items() if value is not ...}

    def address_list(self) -> list[dict[str, Any]]:
        """Return what `/user/emails` says."""
        if self.addresses is not None:
            return [dict(one) for one in self.addresses]
        found: list[dict[str, Any]] = [address(noreply(self.owner), primary=False, visibility=None)]
        return [*found, address(self.owner.email)] if self.owner.email else found


def simple_user(owner: Person) -> dict[str, Any]:
    """Return a user as it stands inside other answers."""
    picture = f"https://avatars.githubusercontent.com/u/{owner.number}?v=4" if owner.has_picture else ""
    return {
        "login": owner.screen_name,
        "id": owner.number,
        "node_id": "MDQ6VXNlcjE=",
        "avatar_url": picture,
        "gravatar_id": "",
        "url": f"https://api.github.com/users/{owner.screen_name}",
        "html_url": f"https://github.com/{owner.screen_name}",
        "type": "User",
        "site_admin": False,
        "user_view_type": "private",
    }


def address(
    email: str, *, primary: bool = True, verified: bool = True, visibility: str | None = "private"
) -> dict[str, Any]:
    """Return one address of the list."""
    return {"email": email, "primary": primary, "verified": verified, "visibility": visibility}


def noreply(owner: Person) -> str:
    """Return the address that GitHub makes up."""
    return f"{owner.number}+{owner.screen_name}@users.noreply.github.com"


def all_tokens() -> Iterator[Token]:
    """Yield every token there is: the good ones first, ada's at the head."""
    for owner in PEOPLE:
        email = {"email": owner.email, "email_verified": True} if owner.email else {}
        yield Token(
            knob="good",
            about=f"a token of {owner.name} for our app",
            owner=owner,
            claims={
                "sub": f"github|{owner.number}",
                "name": owner.name,
                "preferred_username": owner.screen_name,
                **email,
            },
        )
    yield from _accepted()
    yield from _refused()


def _accepted() -> Iterator[Token]:
    ada = person("ada")
    mail = {"email": ada.email, "email_verified": True}
    yield Token(
        knob="app",
        about="a token of a GitHub App: no scopes, eight hours",
        prefix="ghu_",
        scopes=(),
        check={"expires_at": "2099-01-01T00:00:00Z"},
        claims=mail,
    )
    yield Token(knob="null_scopes", about="scopes are null", check={"scopes": None}, claims=mail)
    yield Token(
        knob="app_no_email",
        about="a GitHub App without the permission for addresses: still a login",
        prefix="ghu_",
        scopes=(),
        on_emails=answers.FORBIDDEN,
    )
    yield Token(
        knob="hidden_email",
        about="the address call is not there for it: still a login",
        on_emails=answers.NOT_FOUND,
    )
    yield Token(knob="no_scope", about="a token without any scope: still a login", scopes=())
    yield Token(
        knob="noreply",
        about="only the address that GitHub made up is verified: no address",
        addresses=(address(noreply(ada)), address("ada@example.com", primary=False, verified=False)),
    )
    yield Token(
        knob="second_address",
        about="the primary address is not verified, another one is",
        addresses=(address("new@example.com", verified=False), address("ada@example.com", primary=False)),
        claims=mail,
    )
    yield Token(
        knob="old",
        about="a token from before 2021, of 40 hexadecimal digits",
        literal="e72e16c7e42f292c6912e7710c838347ae178b4a",
        claims=mail,
    )


def _refused() -> Iterator[Token]:
    dead, down = InvalidProviderToken.reason, ProviderUnavailable.reason
    for owner in PEOPLE:
        yield Token(knob="revoked", about="the user withdrew it", owner=owner, expected=dead, dead=True)
        yield Token(
            knob="foreign",
            about="a good token of another app, whose id begins with ours",
            owner=owner,
            expected=dead,
            app=FOREIGN_CLIENT_ID,
        )
    yield Token(knob="over", about="its eight hours are over", prefix="ghu_", expected=dead, dead=True)
    yield Token(
        knob="personal", about="a personal access token, which no app got", prefix="ghp_", expected=dead, dead=True
    )
    yield Token(knob="installation", about="the token of an installation", prefix="ghs_", expected=dead, dead=True)
    yield Token(knob="nobody", about="a token without a user", expected=dead, check={"user": None})
    yield Token(knob="bot", about="the account is a bot's", expected=dead, user={"type": "Bot"})
    yield Token(knob="company", about="the account is an organization's", expected=dead, user={"type": "Organization"})
    yield Token(knob="dies", about="revoked between the calls", expected=dead, on_user=answers.BAD_CREDENTIALS)
    yield Token(
        knob="suspended",
        about="the account is suspended",
        expected=ProviderUserBlocked.reason,
        on_user=answers.SUSPENDED,
        on_emails=answers.SUSPENDED,
    )
    yield Token(knob="sso", about="a single sign-on is due", expected=MissingPermission.reason, on_user=answers.SSO)
    yield Token(
        knob="secret",
        about="our secret is wrong",
        expected=ProviderMisconfigured.reason,
        on_check=answers.BAD_CREDENTIALS,
    )
    yield Token(
        knob="spammed",
        about="a 422, of which nobody says what it means",
        expected=UnlistedRefusal.reason,
        on_check=answers.INVALID,
    )
    yield Token(
        knob="app_spent",
        about="our app has no call left this hour",
        expected=ProviderQuotaExhausted.reason,
        on_check=answers.PRIMARY_LIMIT,
    )
    limited = ProviderRateLimited.reason
    yield Token(knob="user_spent", about="the user has no call left", expected=limited, on_user=answers.PRIMARY_LIMIT)
    yield Token(
        knob="too_fast", about="a secondary limit, no time named", expected=limited, on_check=answers.SECONDARY_LIMIT
    )
    yield Token(
        knob="too_fast_30", about="a secondary limit of 30 s", expected=limited, on_emails=answers.SECONDARY_LIMIT_30
    )
    yield Token(knob="attempts", about="too many failed logins", expected=limited, on_user=answers.ATTEMPTS)
    yield Token(knob="down", about="HTML instead of JSON", expected=down, on_check=answers.DOWN)
    yield Token(knob="user_down", about="the user call fails", expected=down, on_user=answers.DOWN)
    yield Token(knob="emails_down", about="the address call fails", expected=down, on_emails=answers.DOWN)
    yield Token(knob="nonsense", about="a list for an object", expected=down, on_check=answers.NONSENSE)
    yield Token(
        knob="other_user", about="the two calls name two users", expected=down, user={"id": person("grace").number}
    )
