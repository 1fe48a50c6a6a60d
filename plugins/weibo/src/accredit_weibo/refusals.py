"""What Weibo's refusals mean for us: a table of its `error_code`s. The HTTP status says little: 400 and 403 both occur.

Left out, and so refused as `unlisted_refusal`, are codes whose page does not say who must act: 10012 ("Illegal
request") and 20015 ("Account or ip or app is illegal"). Older editions of the pages give some codes other meanings.
"""

from collections.abc import Mapping
from typing import Final

from accredit.errors import (
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
    ProviderUserBlocked,
    WrongAudience,
)
from accredit.refusals import Line

_CODES: Final = "https://open.weibo.com/wiki/Error_code, at that code"
_OAUTH: Final = "https://open.weibo.com/wiki/授权机制说明, table of OAuth 2.0 error codes, at that code"
_SCOPE: Final = "https://open.weibo.com/wiki/Scope, at that code"
_LIMITS: Final = "https://open.weibo.com/wiki/接口访问频次权限"

ERRORS: Mapping[int | str, Line] = {
    # The token is dead. 10006 complains of a missing app key, but we always send a token.
    10006: Line(InvalidProviderToken, "wenmingvs/WeiBo#3: what an expired token gets, then 21332"),
    21301: Line(InvalidProviderToken, _CODES),
    21314: Line(InvalidProviderToken, _CODES),
    21315: Line(InvalidProviderToken, _CODES),
    21316: Line(InvalidProviderToken, _CODES),
    21317: Line(InvalidProviderToken, _CODES),
    21319: Line(InvalidProviderToken, _CODES),
    21325: Line(InvalidProviderToken, _OAUTH),
    21327: Line(InvalidProviderToken, _OAUTH),
    21332: Line(InvalidProviderToken, "wenmingvs/WeiBo#3: invalid_access_token"),
    21335: Line(WrongAudience, f"{_CODES}: the uid is not the token's user"),
    10032: Line(MissingPermission, _SCOPE),
    21330: Line(MissingPermission, f"{_OAUTH}; aspnet-contrib/AspNet.Security.OAuth.Providers#355"),
    # The user's own state.
    10013: Line(ProviderUserBlocked, _CODES),
    20003: Line(ProviderUserBlocked, _CODES),
    20031: Line(ProviderUserBlocked, f"{_CODES}: the user must solve a captcha"),
    # Our app, or our server's address.
    10004: Line(ProviderMisconfigured, f"{_CODES}: our address may not ask"),
    10005: Line(ProviderMisconfigured, _CODES),
    10014: Line(ProviderMisconfigured, f"{_CODES}; {_SCOPE}: to be applied for in the app's console"),
    20022: Line(ProviderMisconfigured, f"{_CODES}: our address behaves oddly"),
    21321: Line(ProviderMisconfigured, f"{_CODES}: our app is not reviewed, and has its 15 test accounts only"),
    21324: Line(ProviderMisconfigured, _OAUTH),
    21326: Line(ProviderMisconfigured, _OAUTH),
    21337: Line(ProviderMisconfigured, _OAUTH),
    # Limits: those of one user are nobody's fault; the address is that of our server. No answer says when one ends.
    10022: Line(ProviderQuotaExhausted, f"{_CODES}; {_LIMITS}: 15,000 calls an hour from one address"),
    10023: Line(ProviderRateLimited, f"{_CODES}; {_LIMITS}: 100 calls a day for one user of an app"),
    10024: Line(ProviderRateLimited, f"{_CODES}: one user's calls of one interface"),
    # Weibo is in trouble.
    10001: Line(ProviderUnavailable, _CODES),
    10002: Line(ProviderUnavailable, _CODES),
    10003: Line(ProviderUnavailable, _CODES),
    10009: Line(ProviderUnavailable, _CODES),
    10010: Line(ProviderUnavailable, _CODES),
    10011: Line(ProviderUnavailable, _CODES),
    21331: Line(ProviderUnavailable, _OAUTH),
    # Our call itself.
    10007: Line(ProviderProtocolError, _CODES),
    10008: Line(ProviderProtocolError, _CODES),
    10016: Line(ProviderProtocolError, _CODES),
    10017: Line(ProviderProtocolError, _CODES),
    10020: Line(ProviderProtocolError, _CODES),
    10021: Line(ProviderProtocolError, _CODES),
    20002: Line(ProviderProtocolError, _CODES),
    21323: Line(ProviderProtocolError, _OAUTH),
}
"""Weibo's codes, and what they mean for us."""

_OF_AN_APP = frozenset({10005, 10014, 21321, 21324, 21326, 21337})
TOKEN_INFO_ERRORS: Mapping[int | str, Line] = {code: line for code, line in ERRORS.items() if code not in _OF_AN_APP}
"""What they mean from `get_token_info`, which hears nothing of ours but a token that may be of anybody's app.

What is said of an app there is not listed: a stranger's must not page our operator at each request.
"""
