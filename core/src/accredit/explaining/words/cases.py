"""Reasons that stand for several cases, where the detail of the event says which one it was."""

from accredit.explaining.words.words import LOG_IN_AGAIN, TOLD, Words

_AFTER_LOG_OUT = "After a log-out nothing of before must work here."
_ENDED = (
    "With a session all its tokens end. It ended because the user logged out, or an old refresh token was used once "
    "more, or you have ended it, for example by a block or by taking the account off the user."
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
}
"""By the `reason` and the `detail` of the audit event."""
