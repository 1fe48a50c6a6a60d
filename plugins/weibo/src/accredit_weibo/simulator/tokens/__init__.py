"""The tokens of the simulated Weibo: each one a situation, told by its name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from accredit.errors import (
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
    ProviderUserBlocked,
    UnlistedRefusal,
    WrongAudience,
)
from accredit.testing import ACCEPTED, PEOPLE, Person, Sample, person
from accredit_weibo.simulator.answers import DOWN, NONSENSE, Answer, refusal

APP_KEY: Final = 2_000_000_001
FOREIGN_APP_KEY: Final = 20_000_000_010  # ours is a prefix of it

_GENDERS = {"ada": "f", "grace": "f", "sappho": "f", "alan": "m", "max": "m"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedToken:
    """One token: whose it is, and what is special about the answers to it.

    `info` and `user` replace fields of the usual answers; None drops a field, except that `scope` is then null.
    `on_info`, `on_user` and `on_email` replace whole answers: by an error code, or by an `Answer`. A code that refuses
    the token at `get_token_info` refuses it at the other calls too.
    """

    knob: str
    about: str
    owner: Person = field(default_factory=lambda: person("ada"))
    expected: str = ACCEPTED
    info: Mapping[str, Any] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict)
    on_info: int | Answer | None = None
    on_user: int | Answer | None = None
    on_email: int | Answer | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)
    is_metered: bool = False
    """The calls with this token are counted, and refused when there were too many."""

    def __post_init__(self) -> None:
        if isinstance(self.on_info, int):
            for name in ("on_user", "on_email"):
                if getattr(self, name) is None:
                    object.__setattr__(self, name, self.on_info)

    @property
    def value(self) -> str:
        """The token itself; real ones begin with `2.00` as well."""
        return f"2.00sim-{self.knob}-{self.owner.key}"

    def sample(self) -> Sample:
        """Return it as a sample."""
        parameters = {"access_token": self.value}
        name = f"{self.knob}-{self.owner.key}"
        return Sample(name=name, about=self.about, parameters=parameters, expected=self.expected, claims=self.claims)

    def token_info(self) -> dict[str, Any]:
        """Return what `get_token_info` says of it."""
        usual = {
            "uid": self.owner.number,
            "appkey": APP_KEY,
            "scope": "email,follow_app_official_microblog" if self.owner.email else None,
            "create_at": 1_352_267_591,
            "expire_in": 157_679_471,
        }
        return {name: value for name, value in {**usual, **self.info}.items() if value is not None or name == "scope"}

    @property
    def opens_email(self) -> bool:
        """Say whether the user has allowed the address; a scope of null does not tell, but Weibo knows."""
        scope = self.token_info()["scope"]
        return self.owner.email is not None if scope is None else bool({"email", "all"} & set(scope.split(",")))

    def user_object(self) -> dict[str, Any]:
        """Return what `users/show` says of its owner."""
        owner, picture = self.owner, f"https://tvax1.sinaimg.cn/crop.0.0.512.512.%d/sim-{self.owner.key}.jpg"
        usual = {
            "id": owner.number,
            "idstr": str(owner.number),
            "class": 1,
            "screen_name": owner.screen_name,
            "name": owner.name,
            "province": "400",
            "city": "1",
            "location": "海外 英国" if owner.key == "ada" else "",
            "description": "",
            "url": "http://blog.example.com/ada" if owner.key == "ada" else "",
            "profile_image_url": picture % 50 if owner.has_picture else "",
            "profile_url": f"u/{owner.number}",
            "domain": "",
            "weihao": "",
            "gender": _GENDERS.get(owner.key, "n"),
            "followers_count": 1,
            "friends_count": 2,
            "statuses_count": 3,
            "favourites_count": 0,
            "created_at": "Tue Feb 19 19:43:39 +0800 2013",
            "following": False,
            "allow_all_act_msg": False,
            "geo_enabled": True,
            "verified": False,
            "verified_type": -1,
            "remark": "",
            "allow_all_comment": True,
            "avatar_large": picture % 180 if owner.has_picture else "",
            "avatar_hd": picture % 1024 if owner.has_picture else "",
            "verified_reason": "",
            "follow_me": False,
            "online_status": 0,
            "bi_followers_count": 0,
            "lang": "zh-cn",
        }
        return {name: value for name, value in {**usual, **self.user}.items() if value is not None}


def all_tokens() -> Iterator[SimulatedToken]:
    """Yield every token there is: the good ones first, ada's at the head."""
    for owner in PEOPLE:
        yield _good(owner)
    for owner in PEOPLE:
        yield from _refused(owner)
    yield from _accepted_knobs()
    yield from _refused_knobs()
    yield SimulatedToken(
        knob="metered", about="good for 100 calls a day: 50 logins, 33 with the address", is_metered=True
    )


def _good(owner: Person) -> SimulatedToken:
    email = {"email": owner.email, "email_verified": False} if owner.email else {}
    return SimulatedToken(
        knob="good",
        about=f"a token of {owner.name} for our app",
        owner=owner,
        claims={
            "sub": f"weibo|{owner.number}",
            "name": owner.name,
            "preferred_username": owner.screen_name,
            **email,
        },
    )


def _refused(owner: Person) -> Iterator[SimulatedToken]:
    dead = InvalidProviderToken.reason
    yield SimulatedToken(knob="expired", about="a token whose time is over", owner=owner, expected=dead, on_info=21327)
    yield SimulatedToken(
        knob="revoked", about="the user withdrew the permission", owner=owner, expected=dead, on_info=21319
    )
    yield SimulatedToken(
        knob="foreign_app",
        about="a token of another app, whose key begins with ours",
        owner=owner,
        expected=WrongAudience.reason,
        info={"appkey": FOREIGN_APP_KEY},
    )


def _accepted_knobs() -> Iterator[SimulatedToken]:
    ada = person("ada")
    yield SimulatedToken(
        knob="string_ids",
        about="ids and seconds as strings, as the documentation's table has them",
        info={"uid": str(ada.number), "appkey": str(APP_KEY), "expire_in": "157679471"},
    )
    yield SimulatedToken(
        knob="no_idstr", about="a user without idstr, as in the documentation's example", user={"idstr": None}
    )
    yield SimulatedToken(
        knob="expires_in",
        about="the field's earlier name",
        info={"expire_in": None, "expires_in": 157_679_471},
    )
    yield SimulatedToken(
        knob="all_scopes",
        about="may see everything",
        info={"scope": "all"},
        claims={"email": ada.email, "email_verified": False},
    )
    yield SimulatedToken(
        knob="small_picture",
        about="an old answer, with the two smaller pictures only",
        user={"avatar_hd": None},
    )
    yield SimulatedToken(
        knob="null_scope",
        about="no scope named, as often, although the user has allowed the address",
        info={"scope": None},
        claims={"email": ada.email, "email_verified": False},
    )
    yield SimulatedToken(
        knob="null_scope_denied",
        about="no scope named, and the user has not allowed the address: still a login",
        info={"scope": None},
        on_email=21330,
    )
    yield SimulatedToken(knob="empty_scope", about="no scope at all: no e-mail, still a login", info={"scope": ""})
    yield SimulatedToken(
        knob="email_unlisted", about="the e-mail call is refused in words nobody knows: still a login", on_email=20015
    )
    yield SimulatedToken(knob="email_refused", about="our app may not ask for e-mail", on_email=10014)
    yield SimulatedToken(knob="email_down", about="the e-mail call fails", on_email=DOWN)
    yield SimulatedToken(knob="email_empty", about="no address in the answer", on_email=NONSENSE)


def _refused_knobs() -> Iterator[SimulatedToken]:
    refused = InvalidProviderToken.reason
    yield SimulatedToken(
        knob="no_time_left", about="expire_in is 0", expected=refused, info={"expire_in": 0}, on_user=21327
    )
    yield SimulatedToken(
        knob="time_is_over", about="expire_in is negative", expected=refused, info={"expire_in": -60}, on_user=21327
    )
    for knob, about, code in (
        ("used", "the token was used already", 21314),
        ("over", "the token has expired, in other words", 21315),
        ("withdrawn", "the token was revoked, in other words", 21316),
        ("rejected", "Weibo rejects the token", 21317),
    ):
        yield SimulatedToken(knob=knob, about=about, expected=refused, on_info=code)
    yield SimulatedToken(
        knob="dead_by_number",
        about="10006 as a number",
        expected=refused,
        on_info=refusal(10006, number=True),
        on_user=10006,
    )
    yield SimulatedToken(knob="dead", about="10006 although a token was sent", expected=refused, on_info=10006)
    yield SimulatedToken(knob="null_spi", about="auth failed, status 403", expected=refused, on_info=21301)
    yield SimulatedToken(knob="dies", about="revoked between the two calls", expected=refused, on_user=10006)
    yield SimulatedToken(
        knob="not_current_user", about="not that user's token", expected=WrongAudience.reason, on_user=21335
    )
    yield SimulatedToken(
        knob="scope_refused",
        about="the user refused the scope",
        expected=MissingPermission.reason,
        on_user=10032,
    )
    blocked = ProviderUserBlocked.reason
    yield SimulatedToken(knob="user_gone", about="the user does not exist", expected=blocked, on_user=20003)
    yield SimulatedToken(knob="captcha", about="the user must solve a captcha", expected=blocked, on_user=20031)
    yield SimulatedToken(knob="invalid_user", about="an error under status 200", expected=blocked, on_user=10013)
    yield SimulatedToken(
        knob="illegal",
        about="account, address or app is illegal: a documented code that no table lists",
        expected=UnlistedRefusal.reason,
        on_user=20015,
    )
    yield SimulatedToken(
        knob="illegal_200",
        about="the same under status 200, instead of the token's facts",
        expected=UnlistedRefusal.reason,
        on_info=Answer(body='{"error": "Account or ip or app is illegal", "error_code": 20015}'),
        on_user=20015,
    )
    operator = ProviderMisconfigured.reason
    for knob, about, code in (
        ("low_level", "our app key's level is too low", 10005),
        ("ip_refused", "our address is not on the list", 10004),
        ("odd_address", "our address behaves oddly", 20022),
        ("app_key_invalid", "Weibo does not know our app", 21324),
    ):
        yield SimulatedToken(knob=knob, about=about, expected=operator, on_user=code)
    yield SimulatedToken(
        knob="not_reviewed",
        about="our app is not reviewed, and the user no test account of it",
        expected=operator,
        on_user=21321,
    )
    yield SimulatedToken(
        knob="not_permitted", about="our app may not call users/show", expected=operator, on_user=10014
    )
    limited = ProviderRateLimited.reason
    yield SimulatedToken(
        knob="ip_limited",
        about="our address is over its hour",
        expected=ProviderQuotaExhausted.reason,
        on_info=10022,
    )
    yield SimulatedToken(knob="user_limited", about="the user is over its day", expected=limited, on_user=10023)
    yield SimulatedToken(knob="call_limited", about="the call is over its limit", expected=limited, on_user=10024)
    down = ProviderUnavailable.reason
    yield SimulatedToken(knob="down", about="HTML instead of JSON", expected=down, on_info=DOWN)
    yield SimulatedToken(knob="closed", about="temporarily unavailable", expected=down, on_info=21331)
    yield SimulatedToken(knob="busy", about="too many tasks", expected=down, on_user=10009)
    yield SimulatedToken(knob="system_error", about="Weibo's own fault", expected=down, on_user=10001)
    yield SimulatedToken(knob="nonsense", about="a list for an object", expected=down, on_info=NONSENSE)
    yield SimulatedToken(
        knob="not_understood",
        about="Weibo misses a parameter: our request is wrong",
        expected=ProviderProtocolError.reason,
        on_user=10008,
    )
    yield SimulatedToken(
        knob="other_user",
        about="the two calls name two users",
        expected=down,
        user={"id": person("grace").number, "idstr": str(person("grace").number)},
    )
