"""Reasons that stand for several cases, where the detail of the event says which one it was."""

from typing import get_args

from accredit.explaining.words.words import LOG_IN_AGAIN, ONE_FACE, TOLD, Words
from accredit.settings import NoncePolicy

_AFTER_LOG_OUT = "After a log-out nothing of before must work here."
_ENDED = (
    "With a session all its tokens end. It ended because the user logged out, or an old refresh token was used once "
    "more, or you have ended it, for example by a block or by taking the account off the user."
)
_OTHER_LOGIN = Words(
    "The nonce of the token is not that of this login",
    "The token holds the nonce of the login for which it was made. The request names another one, or none, or the "
    "token holds none.",
    "The app makes a nonce up for one login, and only the app knows it. Who has found a token in a log does not.",
    ONE_FACE,
    (("app developer", "Send the nonce with which this login was begun, as it is, in `nonce`."),),
)
_NONCE_DETAILS = (
    "nonce differs",
    'nonce is in the ID token, not in the request (setting nonce = "matched"; "if_sent" is for SDKs that put in a '
    "nonce of their own)",
    *(f'nonce is in the request, not in the ID token (setting nonce = "{policy}")' for policy in get_args(NoncePolicy)),
    *(f'nonce is not in the request (setting nonce = "{policy}")' for policy in ("required", "issued")),
)

CASES: dict[tuple[str, str], Words] = {
    ("invalid_grant", "revoked"): Words(
        "The session of this refresh token has ended",
        _ENDED,
        _AFTER_LOG_OUT,
        LOG_IN_AGAIN,
        (("user", "Log in again."), ("app developer", "Forget the tokens of a user who has logged out.")),
    ),
    ("invalid_grant", "expired"): Words(
        "The refresh token is too old",
        "It was not used for so long, or its session has lasted so long, that its time is over.",
        "A token that somebody finds in an old backup must not work any more.",
        LOG_IN_AGAIN,
        (("user", "Log in again."), ("operator", "How long it may be is set in `tokens`.")),
    ),
    ("invalid_main_token", "its session has ended"): Words(
        "The session of the user to whom the account is to be added has ended",
        _ENDED,
        "Who is not logged in any more cannot say that a further account is theirs.",
        TOLD,
        (("user", "Log in again, then add the account."),),
    ),
    **{("invalid_token", detail): _OTHER_LOGIN for detail in _NONCE_DETAILS},
}
"""By the `reason` and the `detail` of the audit event."""
