"""The checks of a login in their order, so that those which were not reached can be named."""

from collections.abc import Sequence

_IDENTIFY = ("verify", "check_audience", "check_user_hint", "normalize")
VERIFY = ("find_connection", *_IDENTIFY)
"""Of `Exchange.verify`, which finds out who somebody is."""
LOGIN = (
    "authenticate_client",
    "find_connection",
    "allow_connection",
    "check_bearer",
    "check_main_token",
    "grant_scopes",
    "grant_audience",
    "check_limits",
    *_IDENTIFY,
    "resolve_subject",
    "check_subject_limit",
    "authorize",
    "claims",
    "build_claims",
    "sign_tokens",
    "confirm_subject",
    "link",
    "issue",
)
"""Of a login. Without those that only some connections and requests have: `check_nonce`, `use_up`,
`link_with_plugins`."""


def steps_after(begun: Sequence[str], order: Sequence[str]) -> list[str]:
    """Return those of `order` that follow the last one that was begun; of checks that come before all, all."""
    last = max((order.index(one) for one in begun if one in order), default=-1)
    return list(order[last + 1 :])
