"""The tokens of the simulated Weibo: each one a situation, told by its name."""

from collections.abc import Iterator

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
from accredit.testing import PEOPLE, Person, person
from accredit_weibo.simulator.answers import DOWN, NONSENSE, Answer, refusal
from accredit_weibo.simulator.tokens.token import APP_KEY, FOREIGN_APP_KEY, Token


def all_tokens() -> Iterator[Token]:
    """Yield every token there is: the good ones first, ada's at the head."""
    for owner in PEOPLE:
        yield _good(owner)
    for owner in PEOPLE:
        yield from _refused(owner)
    yield from _accepted_knobs()
    yield from _refused_knobs()
    yield Token(knob="metered", about="good for 100 calls a day: 50 logins, 33 with the address", is_metered=True)


def _good(owner: Person) -> Token:
    email = {"email": owner.email, "email_verified": False} if owner.email else {}
    return Token(
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


def _refused(owner: Person) -> Iterator[Token]:
    dead = InvalidProviderToken.reason
    yield Token(knob="expired", about="a token whose time is over", owner=owner, expected=dead, on_info=21327)
    yield Token(knob="revoked", about="the user withdrew the permission", owner=owner, expected=dead, on_info=21319)
    yield Token(
        knob="foreign_app",
        about="a token of another app, whose key begins with ours",
        owner=owner,
        expected=WrongAudience.reason,
        info={"appkey": FOREIGN_APP_KEY},
    )


def _accepted_knobs() -> Iterator[Token]:
    ada = person("ada")
    yield Token(
        knob="string_ids",
        about="ids and seconds as strings, as the documentation's table has them",
        info={"uid": str(ada.number), "appkey": str(APP_KEY), "expire_in": "157679471"},
    )
    yield Token(knob="no_idstr", about="a user without idstr, as in the documentation's example", user={"idstr": None})
    yield Token(
        knob="expires_in",
        about="the field's earlier name",
        info={"expire_in": None, "expires_in": 157_679_471},
    )
    yield Token(
        knob="all_scopes",
        about="may see everything",
        info={"scope": "all"},
        claims={"email": ada.email, "email_verified": False},
    )
    yield Token(
        knob="small_picture",
        about="an old answer, with the two smaller pictures only",
        user={"avatar_hd": None},
    )
    yield Token(
        knob="null_scope",
        about="no scope named, as often, although the user has allowed the address",
        info={"scope": None},
        claims={"email": ada.email, "email_verified": False},
    )
    yield Token(
        knob="null_scope_denied",
        about="no scope named, and the user has not allowed the address: still a login",
        info={"scope": None},
        on_email=21330,
    )
    yield Token(knob="empty_scope", about="no scope at all: no e-mail, still a login", info={"scope": ""})
    yield Token(
        knob="email_unlisted", about="the e-mail call is refused in words nobody knows: still a login", on_email=20015
    )
    yield Token(knob="email_refused", about="our app may not ask for e-mail", on_email=10014)
    yield Token(knob="email_down", about="the e-mail call fails", on_email=DOWN)
    yield Token(knob="email_empty", about="no address in the answer", on_email=NONSENSE)


def _refused_knobs() -> Iterator[Token]:
    refused = InvalidProviderToken.reason
    yield Token(knob="no_time_left", about="expire_in is 0", expected=refused, info={"expire_in": 0}, on_user=21327)
    yield Token(
        knob="time_is_over", about="expire_in is negative", expected=refused, info={"expire_in": -60}, on_user=21327
    )
    for knob, about, code in (
        ("used", "the token was used already", 21314),
        ("over", "the token has expired, in other words", 21315),
        ("withdrawn", "the token was revoked, in other words", 21316),
        ("rejected", "Weibo rejects the token", 21317),
    ):
        yield Token(knob=knob, about=about, expected=refused, on_info=code)
    yield Token(
        knob="dead_by_number",
        about="10006 as a number",
        expected=refused,
        on_info=refusal(10006, number=True),
        on_user=10006,
    )
    yield Token(knob="dead", about="10006 although a token was sent", expected=refused, on_info=10006)
    yield Token(knob="null_spi", about="auth failed, status 403", expected=refused, on_info=21301)
    yield Token(knob="dies", about="revoked between the two calls", expected=refused, on_user=10006)
    yield Token(knob="not_current_user", about="not that user's token", expected=WrongAudience.reason, on_user=21335)
    yield Token(
        knob="scope_refused",
        about="the user refused the scope",
        expected=MissingPermission.reason,
        on_user=10032,
    )
    blocked = ProviderUserBlocked.reason
    yield Token(knob="user_gone", about="the user does not exist", expected=blocked, on_user=20003)
    yield Token(knob="captcha", about="the user must solve a captcha", expected=blocked, on_user=20031)
    yield Token(knob="invalid_user", about="an error under status 200", expected=blocked, on_user=10013)
    yield Token(
        knob="illegal",
        about="account, address or app is illegal: a documented code that no table lists",
        expected=UnlistedRefusal.reason,
        on_user=20015,
    )
    yield Token(
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
        yield Token(knob=knob, about=about, expected=operator, on_user=code)
    yield Token(
        knob="not_reviewed",
        about="our app is not reviewed, and the user no test account of it",
        expected=operator,
        on_user=21321,
    )
    yield Token(knob="not_permitted", about="our app may not call users/show", expected=operator, on_user=10014)
    limited = ProviderRateLimited.reason
    yield Token(
        knob="ip_limited",
        about="our address is over its hour",
        expected=ProviderQuotaExhausted.reason,
        on_info=10022,
    )
    yield Token(knob="user_limited", about="the user is over its day", expected=limited, on_user=10023)
    yield Token(knob="call_limited", about="the call is over its limit", expected=limited, on_user=10024)
    down = ProviderUnavailable.reason
    yield Token(knob="down", about="HTML instead of JSON", expected=down, on_info=DOWN)
    yield Token(knob="closed", about="temporarily unavailable", expected=down, on_info=21331)
    yield Token(knob="busy", about="too many tasks", expected=down, on_user=10009)
    yield Token(knob="system_error", about="Weibo's own fault", expected=down, on_user=10001)
    yield Token(knob="nonsense", about="a list for an object", expected=down, on_info=NONSENSE)
    yield Token(
        knob="not_understood",
        about="Weibo misses a parameter: our request is wrong",
        expected=ProviderProtocolError.reason,
        on_user=10008,
    )
    yield Token(
        knob="other_user",
        about="the two calls name two users",
        expected=down,
        user={"id": person("grace").number, "idstr": str(person("grace").number)},
    )
