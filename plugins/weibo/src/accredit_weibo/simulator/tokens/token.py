"""One token of the simulated Weibo, and what Weibo says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from accredit.testing import ACCEPTED, Person, Sample, person
from accredit_weibo.simulator.answers import Answer

APP_KEY: Final = 2_000_000_001
FOREIGN_APP_KEY: Final = 20_000_000_010  # ours is a prefix of it

_GENDERS = {"ada": "f", "grace": "f", "sappho": "f", "alan": "m", "max": "m"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
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
