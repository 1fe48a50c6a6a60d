"""Map a WeChat user to OIDC claims.

Source: https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsuserinfo.html
"""

from collections.abc import Mapping
from typing import Any

from accredit.profile import Profile
from accredit.text import text, web_url

_GENDERS = {1: "male", 2: "female"}  # 0 is "not stated"


def to_profile(user: Mapping[str, Any]) -> Profile:
    """Return the profile of a `userinfo` answer; an empty one of the nothing that `snsapi_base` opens.

    WeChat names no e-mail address, and a nickname is whatever its owner has typed: no `name`, no `preferred_username`.
    """
    sex = user.get("sex")
    return Profile(
        nickname=text(user.get("nickname")),
        picture=web_url(user.get("headimgurl")),  # empty where there is none
        gender=_GENDERS.get(sex) if type(sex) is int else None,  # `type`, because True is 1, too
    )
