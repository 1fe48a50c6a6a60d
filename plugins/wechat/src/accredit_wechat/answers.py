"""Read what WeChat answers: what a code was exchanged for, and who its user is.

Answers come as `text/plain` without a charset, and are UTF-8. An `errcode` other than 0 is a refusal, under status 200.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.refusals import Line
from accredit.strategy import ProviderResponse
from accredit_wechat.refusals import EXCHANGE_ERRORS, USERINFO_ERRORS, refused

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""An openid or a unionid. All that are known have 28 characters; letters are told apart by case."""
_VISIBLE = re.compile(r"[\x21-\x7e]{1,2048}")
_LONGEST_S = 10**9


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What a code was exchanged for. `expires_at` is in epoch seconds, and the token's, not the user's."""

    access_token: str = field(repr=False)
    openid: str
    unionid: str | None
    scopes: frozenset[str]
    expires_at: int


class User(NamedTuple):
    """Who the user is, and all that is said of them."""

    unionid: str | None
    claims: Mapping[str, Any]


def read_exchange(response: ProviderResponse, *, now: float) -> Exchanged:
    """Read the answer of `oauth2/access_token`; `now` is in epoch seconds.

    Source: https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsaccesstoken.html

    Raises:
        ExchangeError: WeChat refuses; the class says whose fault it is.
        InvalidProviderToken: it is the virtual account of somebody who has a page shown without logging in.
        ProviderUnavailable: a field is missing or of a wrong type.
    """
    call = "oauth2/access_token"
    body = _read_object(call, response, EXCHANGE_ERRORS)
    snapshot = body.get("is_snapshotuser", 0)
    if type(snapshot) is not int or snapshot != 0:  # `type`, because False is 0, too
        raise InvalidProviderToken(f"{call}: is_snapshotuser says that the account is virtual")
    token, scope, lasts_s = body.get("access_token"), body.get("scope"), body.get("expires_in")
    if not isinstance(token, str) or not _VISIBLE.fullmatch(token):
        raise ProviderUnavailable(f"{call}: the answer holds no token")
    if not isinstance(scope, str):
        raise ProviderUnavailable(f"{call}: scope is no text")
    if type(lasts_s) is not int or not 0 < lasts_s < _LONGEST_S:
        raise ProviderUnavailable(f"{call}: expires_in is no number of seconds")
    return Exchanged(
        access_token=token,
        openid=_openid(call, body),
        unionid=_unionid(call, body),
        scopes=frozenset(name for part in scope.split(",") if (name := part.strip())),
        expires_at=int(now) + lasts_s,
    )


def read_user(response: ProviderResponse, *, of: Exchanged) -> User:
    """Read the answer of `userinfo`: of the one whom the exchange has named.

    Source: https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsuserinfo.html

    Raises:
        ExchangeError: WeChat refuses; the class says whose fault it is.
        ProviderUnavailable: a field is missing or of a wrong type, or the user is another one.
    """
    body = _read_object("userinfo", response, USERINFO_ERRORS)
    unionid = _unionid("userinfo", body)
    if _openid("userinfo", body) != of.openid or (None not in {unionid, of.unionid} and unionid != of.unionid):
        raise ProviderUnavailable("userinfo: the user is not the one that the exchange named")
    return User(unionid, body)


def _openid(call: str, body: Mapping[str, Any]) -> str:
    value = body.get("openid")
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ProviderUnavailable(f"{call}: openid is missing or no id")
    return value


def _unionid(call: str, body: Mapping[str, Any]) -> str | None:
    """Return the id that all apps of one account of the open platform share; an app of no such account has none."""
    value = body.get("unionid", "")
    if value == "":
        return None
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ProviderUnavailable(f"{call}: unionid is no id")
    return value


def _read_object(call: str, response: ProviderResponse, errors: Mapping[int, Line]) -> dict[str, Any]:
    body = response.json_object()
    code = body.get("errcode", 0)
    if response.status != 200 or type(code) is not int or code != 0:
        raise refused(call, response, body, errors)
    return body
