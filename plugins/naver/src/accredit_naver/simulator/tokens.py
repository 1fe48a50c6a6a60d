"""The sample app, and the situations of its logins. Codes and access tokens tell by their name which one it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from accredit.errors import (
    InvalidProviderToken,
    ProviderMisconfigured,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
    WrongAudience,
)
from accredit.testing import ACCEPTED, PEOPLE, CodeProblem, Person, person
from accredit_naver.simulator import answers
from accredit_naver.simulator.answers import Answer

CLIENT_ID: Final = "jSimNaverApp_0912345"
CLIENT_SECRET: Final = "simNvrScrt"  # noqa: S105  # published sample secret of an app that does not exist
FOREIGN_ID: Final = "jSimNaverApp_0912346"
FOREIGN_SECRET: Final = "simNvrOthr"  # noqa: S105  # published sample secret of an app that does not exist
LIFE_S: Final = 3600
_DEFAULT_PICTURE: Final = "https://ssl.pstatic.net/static/pwe/address/img_profile.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One situation: whose login it is, and what is special about it.

    `exchange` and `user` replace fields of the usual answers, and `...` drops one. `on_exchange` and `on_me` replace
    whole answers. `problem` is that of its code.
    """

    knob: str
    about: str
    owner: Person = field(default_factory=lambda: person("ada"))
    expected: str = ACCEPTED
    problem: CodeProblem | None = None
    has_id_token: bool = True
    exchange: Mapping[str, Any] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict)
    on_exchange: Answer | None = None
    on_me: Answer | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What its code and its token are told by."""
        return f"{self.knob}-{self.owner.key}"

    def exchanged(self, access_token: str, refresh_token: str, id_token: str | None) -> Answer:
        """Return what its code is exchanged for.

        Source: https://developers.naver.com/docs/login/devguide/devguide.md, section 3.5.6
        """
        usual = {
            "access_token": access_token,
            "refresh_token": refresh_token,
            "token_type": "bearer",
            "expires_in": str(LIFE_S),
            "id_token": ... if id_token is None else id_token,
        }
        return Answer(200, _with(usual, self.exchange))

    def me(self) -> Answer:
        """Return what is said of its owner. Source: https://developers.naver.com/docs/login/profile/profile.md"""
        picture = f"https://phinf.pstatic.net/contact/sim/{self.owner.key}.jpg"
        usual = {
            "id": user_id(self.owner),
            "nickname": self.owner.screen_name,
            "profile_image": picture if self.owner.has_picture else _DEFAULT_PICTURE,
            "email": ... if self.owner.email is None else self.owner.email,
            "name": self.owner.name,
        }
        return Answer(200, {"resultcode": "00", "message": "success", "response": _with(usual, self.user)})


def user_id(owner: Person) -> str:
    """Return the id of a person at our sample app: 43 characters."""
    return f"SIM-{owner.number:039d}"


def expected_claims(owner: Person) -> dict[str, Any]:
    """Return the claims that our ID token must hold."""
    claims: dict[str, Any] = {
        "sub": f"naver|{user_id(owner)}",
        "name": owner.name,
        "nickname": owner.screen_name,
    }
    if owner.has_picture:
        claims["picture"] = f"https://phinf.pstatic.net/contact/sim/{owner.key}.jpg"
    if owner.email is not None:
        claims |= {"email": owner.email, "email_verified": False}
    return claims


def logins() -> Iterator[Login]:
    """Yield the situation of each fixed code: the good ones first, ada's at the head."""
    for owner in PEOPLE:
        yield Login(knob="good", about=f"{owner.name} logs in", owner=owner, claims=expected_claims(owner))
    yield from _accepted(person("ada"))
    yield from _refused_exchanges()
    yield from _refused_users()


def bearers() -> Iterator[Login]:
    """Yield the situation of each fixed access token, which names no app."""
    unbound = WrongAudience.reason
    for owner in PEOPLE:
        yield Login(knob="good", about="an access token, of nobody knows which app", owner=owner, expected=unbound)
    stranger = {"id": f"EXT-{person('ada').number:039d}"}
    yield Login(knob="foreign", about="of another app: the id is another one", expected=unbound, user=stranger)
    dead, unlisted = InvalidProviderToken.reason, UnlistedRefusal.reason
    yield Login(knob="expired", about="after an hour", expected=dead, on_me=answers.DEAD_TOKEN)
    yield Login(knob="no_api", about="so says an app that may be anybody's", expected=unlisted, on_me=answers.FORBIDDEN)
    yield Login(knob="quota", about="Naver limits us", expected=ProviderRateLimited.reason, on_me=answers.QUOTA)
    yield Login(knob="internal", about="Naver fails", expected=ProviderUnavailable.reason, on_me=answers.INTERNAL)


def _accepted(ada: Person) -> Iterator[Login]:
    usual = expected_claims(ada)
    yield Login(
        knob="naver_mail",
        about="has an address of Naver's own",
        user={"email": "ada@naver.com"},
        claims={**usual, "email": "ada@naver.com", "email_verified": True},
    )
    yield Login(
        knob="no_openid", about="was begun without the scope openid: no ID token", has_id_token=False, claims=usual
    )
    yield Login(knob="number", about="tells its life by a number", exchange={"expires_in": LIFE_S}, claims=usual)
    yield Login(
        knob="bare",
        about="the user has allowed nothing but the id",
        user=dict.fromkeys(("nickname", "profile_image", "email", "name"), ...),
        claims={"sub": usual["sub"]},
    )
    yield Login(
        knob="born",
        about="tells a birthday and a gender",
        user={"birthyear": "1990", "birthday": "11-30", "gender": "F", "age": "30-39"},
        claims={**usual, "birthdate": "1990-11-30", "gender": "female"},
    )
    yield Login(
        knob="old_id", about="has an id of digits", user={"id": "32742776"}, claims={**usual, "sub": "naver|32742776"}
    )
    yield Login(knob="masked", about="has chosen no nickname", user={"nickname": "ada***"}, claims={"name": ada.name})


def _refused_exchanges() -> Iterator[Login]:
    dead, down = InvalidProviderToken.reason, ProviderUnavailable.reason
    problems: tuple[tuple[CodeProblem, str], ...] = (
        ("unknown", "a code that never was one"),
        ("client", "a code of another app"),
        ("used", "somebody was faster"),
        ("expired", "a code that is too old"),
        ("redirect_uri", "a login that had another redirect URI"),
        ("verifier", "a login that another device has begun"),
    )
    for problem, about in problems:
        for owner in PEOPLE if problem in {"client", "expired"} else (person("ada"),):
            yield Login(knob=problem, about=about, owner=owner, expected=dead, problem=problem)
    yield Login(knob="state", about="a login that had another state", expected=dead)
    ours = ProviderMisconfigured.reason
    yield Login(knob="pair", about="our id or secret is wrong", expected=ours, on_exchange=answers.WRONG_PAIR)
    unlisted = UnlistedRefusal.reason
    yield Login(knob="unheard_of", about="a word no table lists", expected=unlisted, on_exchange=answers.UNHEARD_OF)
    yield Login(knob="failing", about="Naver fails", expected=down, on_exchange=answers.SERVER_ERROR)
    yield Login(knob="busy", about="Naver is busy", expected=down, on_exchange=answers.BUSY)
    yield Login(knob="down", about="HTML instead of JSON", expected=down, on_exchange=answers.PAGE)
    yield Login(knob="nonsense", about="a list for an object", expected=down, on_exchange=answers.NONSENSE)


def _refused_users() -> Iterator[Login]:
    down, ours = ProviderUnavailable.reason, ProviderMisconfigured.reason
    yield Login(knob="dies", about="the new token is refused at once", expected=down, on_me=answers.DEAD_TOKEN)
    yield Login(knob="no_api", about="our app has the login switched off", expected=ours, on_me=answers.FORBIDDEN)
    yield Login(knob="quota", about="Naver limits us", expected=ProviderRateLimited.reason, on_me=answers.QUOTA)
    yield Login(knob="internal", about="the profile fails", expected=down, on_me=answers.INTERNAL)
    yield Login(knob="page", about="a page with status 200", expected=down, on_me=answers.HTML_200)
    yield Login(knob="no_id", about="a user without an id", expected=down, user={"id": ...})


def _with(usual: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**usual, **changes}.items() if value is not ...}
