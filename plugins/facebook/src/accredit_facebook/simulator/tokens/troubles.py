"""Tokens with which a login goes wrong at the second call, or whoever signs in."""

import json
from collections.abc import Iterator, Mapping

from accredit.testing import Person, person
from accredit_facebook.simulator.answers import (
    BAD_APP_ID,
    BAD_APP_SECRET,
    BAD_PROOF,
    NOT_AN_APP_TOKEN,
    NOT_SIGNED_IN,
    Answer,
    error,
)
from accredit_facebook.simulator.tokens.token import Token

_MISCONFIGURED, _UNAVAILABLE = "provider_misconfigured", "provider_unavailable"
_LIMITED, _EXHAUSTED = "provider_rate_limited", "provider_quota_exhausted"

_UNLISTED = error(987, "(#987) Said for no reason")
"""Invented: a code that Facebook is not known to use, for what a strategy makes of one that its tables do not have."""


def refused_by_me(ada: Person) -> Iterator[Token]:
    """Return tokens that `debug_token` calls good, and `/me` does not."""
    for kind, about, expected, answer in (
        (
            "revoked_meanwhile",
            "revoked between the two calls, with status 401 instead of 400",
            "invalid_token",
            error(190, "Error validating access token", subcode=458, status=401),
        ),
        (
            "cannot_be_loaded",
            "'me' cannot be loaded with it, although it is fresh (code 100, subcode 33)",
            "invalid_token",
            error(
                100,
                "Unsupported get request. Object with ID 'me' does not exist, cannot be loaded due to missing "
                "permissions, or does not support this operation.",
                subcode=33,
                kind="GraphMethodException",
            ),
        ),
        ("no_current_user", "stands for nobody (code 2500)", "invalid_token", NOT_SIGNED_IN),
        (
            "acts_as_page",
            "'me' is a page, which has no e-mail (code 100)",
            "invalid_token",
            error(100, "(#100) Tried accessing nonexisting field (email) on node type (Page)"),
        ),
        (
            "no_permission",
            "lacks a permission",
            "missing_permission",
            error(10, "(#10) This endpoint requires a permission"),
        ),
        ("permission_withdrawn", "code 200", "missing_permission", error(200, "(#200) Permissions error", status=403)),
        (
            "user_blocked",
            "blocked for breaking Facebook's rules",
            "provider_user_blocked",
            error(368, "The action attempted has been deemed abusive or is otherwise disallowed"),
        ),
        (
            "no_capability",
            "our app may not make this call",
            _MISCONFIGURED,
            error(3, "(#3) Application does not have the capability to make this API call."),
        ),
        ("secret_rotated", "our proof was made with an old secret", _MISCONFIGURED, BAD_PROOF),
        ("unlisted", "refused with a code that nobody has listed", "unlisted_refusal", _UNLISTED),
        (
            "access_blocked",
            "blocked, and nobody knows whether the account or the app (code 200)",
            "unlisted_refusal",
            error(200, "API access blocked."),
        ),
        (
            "false_body",
            "the whole answer is `false`, as happens from time to time",
            _UNAVAILABLE,
            Answer(200, body=False),
        ),
    ):
        yield Token(kind=kind, about=about, person=ada, expected=expected, me_answer=answer)
    yield Token(
        kind="other_user",
        about="the two calls name different users",
        person=ada,
        expected="invalid_token",
        fields={"id": str(person("grace").number)},
    )


def troubles(ada: Person) -> Iterator[Token]:
    """Return tokens that say, whoever signs in: it is Facebook that fails, or our app."""
    page = Answer(200, "<!DOCTYPE html>")
    for kind, about, expected, answer in (
        *_limits(),
        (
            "down",
            "Facebook is down",
            _UNAVAILABLE,
            error(2, "An unexpected error has occurred.", status=500, is_transient=True),
        ),
        (
            "unknown_error",
            "Facebook does not know what went wrong",
            _UNAVAILABLE,
            error(1, "An unknown error occurred", status=500),
        ),
        ("html", "Facebook answers a web page", _UNAVAILABLE, page),
        (
            "address_not_allowed",
            "our server's address is not on our app's allow list (code 5)",
            _MISCONFIGURED,
            error(5, "(#5) Unauthorized source IP address"),
        ),
        (
            "app_deactivated",
            "our app's access is deactivated (code 200)",
            _MISCONFIGURED,
            error(200, "API access deactivated. To reactivate, go to the app dashboard."),
        ),
        ("app_blocked", "our app is blocked (code 200)", _MISCONFIGURED, error(200, "API access blocked.")),
        (
            "version_ended",
            "the configured version is dead",
            _MISCONFIGURED,
            error(2635, "(#2635) You are calling a deprecated version of the API."),
        ),
        (
            "app_unlisted",
            "our app is refused with a code that nobody has listed",
            "unlisted_refusal",
            _UNLISTED,
        ),
    ):
        yield Token(kind=kind, about=about, person=ada, expected=expected, debug_answer=answer, me_answer=answer)
    for kind, about, answer in (
        ("bad_app_secret", "our app secret is wrong", BAD_APP_SECRET),
        ("bad_app_id", "our app id is wrong", BAD_APP_ID),
        ("not_an_app_token", "what we ask with is no app token", NOT_AN_APP_TOKEN),
    ):
        yield Token(
            kind=kind, about=about, person=ada, expected=_MISCONFIGURED, debug_answer=answer, me_answer=BAD_PROOF
        )


def _limits() -> Iterator[tuple[str, str, str, Answer]]:
    """Return every limit with the headers that tell whose it was; texts and percentages as Facebook documents them."""
    user_limit = "(#17) User request limit reached"
    case = {"type": "platform", "call_count": 100, "estimated_time_to_regain_access": 19}
    back_in_19_min = {"x-business-use-case-usage": json.dumps({"300000000000001": [case]})}
    yield (
        "app_limited",
        "the hourly quota of our app is used up (code 4)",
        _EXHAUSTED,
        error(4, "(#4) Application request limit reached", status=403, is_transient=True, headers=_app_usage(100)),
    )
    yield (
        "rate_limited_19_min",
        "too many calls; again in 19 minutes",
        _LIMITED,
        error(80_001, "(#80001) There have been too many calls", headers=back_in_19_min),
    )
    yield (
        "user_rate_limited",
        "the person's quota is used up (code 17)",
        _LIMITED,
        error(17, user_limit, is_transient=True, headers=_app_usage(99)),
    )
    yield (
        "user_and_app_limited",
        "the person's quota is used up, and our app's (code 17, and a full X-App-Usage)",
        _EXHAUSTED,
        error(17, user_limit, is_transient=True, headers=_app_usage(100)),
    )


def _app_usage(percent: int) -> Mapping[str, str]:
    return {"x-app-usage": json.dumps({"call_count": percent, "total_cputime": 25, "total_time": 25})}
