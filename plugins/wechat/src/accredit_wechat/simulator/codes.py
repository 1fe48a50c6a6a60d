"""The codes of the simulated WeChat: each one a situation, told by its name.

The name itself is a code, and so is the name with `.1`, `.2` and so on behind it: each is good once.
"""

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
    UnlistedRefusal,
)
from accredit.testing import ACCEPTED, PEOPLE, Person, Sample, person
from accredit_wechat.simulator import answers
from accredit_wechat.simulator.answers import Answer

APP_ID: Final = "wxd930ea5d5a258f4f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code: whose it is, and what is special about the answers to it.

    `exchange` and `user` replace fields of the usual answers, and `...` drops one. `on_exchange` and `on_user` replace
    whole answers.
    """

    knob: str
    about: str
    owner: Person = field(default_factory=lambda: person("ada"))
    expected: str = ACCEPTED
    scope: str = "snsapi_userinfo"
    exchange: Mapping[str, Any] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict)
    on_exchange: Answer | None = None
    on_user: Answer | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)
    is_foreign: bool = False

    @property
    def value(self) -> str:
        """The code itself."""
        return f"sim-{self.knob}-{self.owner.key}"

    def sample(self) -> Sample:
        """Return it as a sample."""
        return Sample(
            name=f"{self.knob}-{self.owner.key}",
            about=self.about,
            parameters={"access_token": self.value},
            expected=self.expected,
            claims=self.claims,
            is_foreign=self.is_foreign,
        )

    def exchanged(self, access_token: str) -> Answer:
        """Return what it is exchanged for.

        Source: https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsaccesstoken.html
        """
        usual = {
            "access_token": access_token,
            "expires_in": 7200,
            "refresh_token": f"{access_token}-refresh",
            "openid": openid(self.owner),
            "scope": self.scope,
            "unionid": ... if self.scope == "snsapi_base" else unionid(self.owner),
        }
        return success_of(usual, self.exchange)

    def userinfo(self) -> Answer:
        """Return what is said of its owner.

        Source: https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsuserinfo.html
        """
        picture = f"https://thirdwx.qlogo.cn/mmopen/vi_32/sim{self.owner.key}/132" if self.owner.has_picture else ""
        usual = {
            "openid": openid(self.owner),
            "nickname": self.owner.name,
            "sex": 0,
            "language": "",
            "city": "",
            "province": "",
            "country": "",
            "headimgurl": picture,
            "privilege": [],
            "unionid": unionid(self.owner),
        }
        return success_of(usual, self.user)


def success_of(usual: Mapping[str, Any], changes: Mapping[str, Any]) -> Answer:
    """Answer with the usual fields, some of them changed."""
    return answers.success({name: value for name, value in {**usual, **changes}.items() if value is not ...})


def openid(owner: Person) -> str:
    """Return the id of a person at our sample app: 28 characters."""
    return f"oSIMapp-{owner.number:020d}"


def unionid(owner: Person) -> str:
    """Return the id of a person at all apps of the account that our sample app belongs to."""
    return f"oSIMall_{owner.number:020d}"


def all_codes() -> Iterator[Code]:
    """Yield every code there is: the good ones first, ada's at the head."""
    for owner in PEOPLE:
        yield Code(
            knob="good",
            about=f"a code of {owner.name} for our app",
            owner=owner,
            claims={"sub": f"wechat|{openid(owner)}", "nickname": owner.name},
        )
    yield from _accepted()
    yield from _refused()


def _accepted() -> Iterator[Code]:
    ada = person("ada")
    yield Code(knob="web", about="of a website's QR code", scope="snsapi_login", claims={"nickname": ada.name})
    yield Code(
        knob="base",
        about="of a silent login: an openid, and nothing else",
        scope="snsapi_base",
        claims={"sub": f"wechat|{openid(ada)}"},
    )
    yield Code(
        knob="no_union",
        about="of an app that belongs to no account of the open platform",
        exchange={"unionid": ...},
        user={"unionid": ...},
    )
    yield Code(knob="gender", about="of a user who states a gender", user={"sex": 2}, claims={"gender": "female"})


def _refused() -> Iterator[Code]:
    dead, down = InvalidProviderToken.reason, ProviderUnavailable.reason
    for owner in PEOPLE:
        yield Code(
            knob="expired",
            about="its minutes are over",
            owner=owner,
            expected=dead,
            on_exchange=answers.EXPIRED_CODE,
        )
        yield Code(
            knob="foreign",
            about="a code of another app, which WeChat does not know with our id",
            owner=owner,
            expected=dead,
            on_exchange=answers.INVALID_CODE,
            is_foreign=True,
        )
    yield Code(knob="used", about="somebody was faster", expected=dead, on_exchange=answers.USED_CODE)
    yield Code(knob="snapshot", about="a virtual account", expected=dead, exchange={"is_snapshotuser": 1})
    yield Code(
        knob="not_allowed",
        about="the user has not allowed it",
        expected=MissingPermission.reason,
        on_user=answers.NOT_ALLOWED,
    )
    ours = ProviderMisconfigured.reason
    yield Code(knob="address", about="our address is not listed", expected=ours, on_exchange=answers.UNKNOWN_ADDRESS)
    yield Code(knob="no_api", about="our app may not ask", expected=ours, on_user=answers.UNAUTHORIZED)
    unlisted = UnlistedRefusal.reason
    yield Code(knob="unheard_of", about="a code no table lists", expected=unlisted, on_exchange=answers.UNHEARD_OF)
    yield Code(knob="limited", about="restricted: user or app", expected=unlisted, on_user=answers.LIMITED)
    day, minute = ProviderQuotaExhausted.reason, ProviderRateLimited.reason
    yield Code(knob="day", about="the app's calls of a day", expected=day, on_exchange=answers.DAY_IS_SPENT)
    yield Code(knob="minute", about="calls of a minute", expected=minute, on_exchange=answers.MINUTE_IS_SPENT)
    yield Code(knob="busy", about="WeChat is busy", expected=down, on_exchange=answers.BUSY)
    yield Code(knob="not_latest", about="a newer token came", expected=down, on_user=answers.INVALID_CREDENTIAL)
    yield Code(knob="down", about="HTML instead of JSON", expected=down, on_exchange=answers.DOWN)
    yield Code(knob="nonsense", about="a list for an object", expected=down, on_user=answers.NONSENSE)
    grace = person("grace")
    yield Code(knob="other_user", about="two calls, two users", expected=down, user={"openid": openid(grace)})
    yield Code(knob="other_union", about="two calls, two unionids", expected=down, user={"unionid": unionid(grace)})
