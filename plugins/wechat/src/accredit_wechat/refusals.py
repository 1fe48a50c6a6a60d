"""What WeChat's refusals mean for us: tables of its `errcode`s. The HTTP status is 200, whatever has happened.

`{"errcode": 40029, "errmsg": "invalid code, rid: …"}`: the text ends in a number of the request, and is not read.

Left out, and so refused as `unlisted_refusal`, is 50002 ("user limited"): WeChat says it of a restricted user,
and reports say it of an app that is banned.
"""

from collections.abc import Mapping
from typing import Any, Final

from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
)
from accredit.refusals import Line, refusal
from accredit.strategy import ProviderResponse

_CODES: Final = "https://developers.weixin.qq.com/doc/offiaccount/Getting_Started/Global_Return_Code.html, at that code"
_COMMON: Final = "https://developers.weixin.qq.com/doc/channels/API/basics/commErrCode.html, at that code"
_LOGIN: Final = (
    "https://developers.weixin.qq.com/doc/oplatform/Mobile_App/WeChat_Login/Authorized_API_call_UnionID.html"
)
_USERINFO: Final = "https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsuserinfo.html"

_EVERYWHERE: Mapping[int, Line] = {
    # Our app, or our server's address.
    40013: Line(ProviderMisconfigured, f"{_CODES}: AppID"),
    40164: Line(
        ProviderMisconfigured,
        "https://blog.csdn.net/xdd19910505/article/details/79803008: invalid ip, not in whitelist",
    ),
    48001: Line(ProviderMisconfigured, f"{_CODES}: the app may not call this"),
    61004: Line(ProviderMisconfigured, f"{_COMMON}: our address is not on the list"),
    # Limits and load.
    45009: Line(ProviderQuotaExhausted, f"{_COMMON}: the app's calls of a day"),
    45011: Line(ProviderRateLimited, f"{_COMMON}: calls of a minute; {_USERINFO}: 50,000"),
    -1: Line(ProviderUnavailable, f"{_CODES}: busy"),
    # The user's permission.
    50001: Line(MissingPermission, f"{_COMMON}: the user has not allowed it"),
    # Our call itself.
    43001: Line(ProviderProtocolError, f"{_CODES}: a GET is wanted"),
    43003: Line(ProviderProtocolError, f"{_CODES}: HTTPS is wanted"),
}

EXCHANGE_ERRORS: Mapping[int, Line] = {
    **_EVERYWHERE,
    # The code: unknown, of another app, used, or older than its minutes.
    40029: Line(InvalidProviderToken, f"{_LOGIN}: invalid code"),
    40163: Line(InvalidProviderToken, f"{_CODES}; xu-li/cordova-plugin-wechat#522: code been used"),
    42003: Line(InvalidProviderToken, f"{_CODES}: the code is too old"),
    # Here no token is sent, so that it can be our secret alone.
    40001: Line(ProviderMisconfigured, f"{_CODES}: AppSecret"),
    40125: Line(ProviderMisconfigured, f"{_CODES}; other-blowsnow/n8n-nodes-wechat-offiaccount#2: invalid appsecret"),
    # Our call itself.
    40002: Line(ProviderProtocolError, f"{_CODES}: grant_type"),
    41002: Line(ProviderProtocolError, f"{_CODES}: no appid"),
    41004: Line(ProviderProtocolError, f"{_CODES}: no secret"),
    41008: Line(ProviderProtocolError, f"{_CODES}: no code, but we always send one"),
}
"""WeChat's codes at the exchange of a code, and what they mean for us."""

_FRESH: Final = "the token is seconds old, so it is not the user's fault"
USERINFO_ERRORS: Mapping[int, Line] = {
    **_EVERYWHERE,
    40001: Line(ProviderUnavailable, f"{_CODES}; w7corp/easywechat#808: not the latest token; {_FRESH}"),
    40014: Line(ProviderUnavailable, f"{_CODES}; {_FRESH}"),
    42001: Line(ProviderUnavailable, f"{_CODES}; {_FRESH}"),
    # Our call itself.
    40003: Line(ProviderProtocolError, f"{_CODES}: the openid is not that of the token"),
    41001: Line(ProviderProtocolError, f"{_CODES}; ik0r/passport-weixin#2: no access token"),
    41009: Line(ProviderProtocolError, f"{_CODES}: no openid"),
}
"""The same where we ask who the user is, with a token that WeChat has just given us."""


def refused(
    call: str, response: ProviderResponse, body: Mapping[str, Any], errors: Mapping[int, Line]
) -> ExchangeError:
    """Return the error for an answer that is no success."""
    code = body.get("errcode")
    # `type`, because True is an int, too. 0 is no refusal, but then the status was no success.
    return refusal(errors, code if type(code) is int and code != 0 else None, call=call, response=response)
