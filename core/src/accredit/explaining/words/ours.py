"""Reasons that are about tokens of ours: those that an app got here earlier."""

from accredit.explaining.words.words import LOG_IN_AGAIN, TOLD, Words

_ALIKE = (
    "The app is told that the token is no good. It reads the same for each reason, so that nobody learns from trying."
)

TOKENS: dict[str, Words] = {
    "invalid_grant": Words(
        "The refresh token is no good any more",
        "A refresh token gets new tokens without a new login. This one is unknown, too old, another app's, or its "
        "session has ended.",
        "Otherwise a log-out would end nothing, and a stolen token would work for ever.",
        LOG_IN_AGAIN,
        (("user", "Log in again."), ("app developer", "Keep the newest refresh token, and forget the one before.")),
    ),
    "refresh_token_reused": Words(
        "An old refresh token was used once more",
        "Each refresh gives the app a new refresh token in the place of the old one. Now somebody came with an old "
        "one: two have it, and one of them may be a thief. So the whole session was ended.",
        "Nobody can tell the two apart. If the session went on, the thief could stay logged in as the user.",
        LOG_IN_AGAIN,
        (
            ("user", "Log in again: the thief cannot."),
            ("app developer", "Let one refresh run at a time, and store the new token before you use it."),
            ("operator", "If it happens often with one app, it may be losing answers."),
        ),
    ),
    "invalid_bearer": Words(
        "The app must show a token of ours first",
        "This app must send an access token of ours in the Authorization header. It is missing, too old, or for "
        "something else.",
        "The operator has said that only apps with such a token may ask.",
        TOLD,
        (("app developer", "Get an access token with the scope for exchanges, and send it along."),),
    ),
    "invalid_main_token": Words(
        "It is not shown to whom the account is to be added",
        "To add a further login to a user, the app must show a token of ours that this user has now. It is missing, "
        "too old, or another app's.",
        "Otherwise anybody could add their own account to somebody else's user, and then log in as that user.",
        TOLD,
        (("app developer", "Send a fresh access token of the user who is logged in."), ("user", "Log in again first.")),
    ),
    "invalid_token_of_ours": Words(
        "This is no living token of ours",
        "The token is missing, damaged, too old, or meant for another service.",
        "A token is like a ticket: it is good for one place and for a short time.",
        _ALIKE,
        (("app developer", "Get a new one by the refresh token, and send it to the service that it is for."),),
    ),
    "session_ended": Words(
        "The session has ended since",
        "The token is ours and not too old, but its session has ended: the user has logged out, or somebody came with "
        "an old refresh token.",
        "After a log-out the tokens of before must not work here.",
        _ALIKE,
        (("user", "Log in again."),),
    ),
    "insufficient_scope": Words(
        "The token is good, but not for this",
        "A token of ours lacks the permission (scope) that is needed here.",
        "Each token may do only what the user's app has asked for.",
        TOLD,
        (("app developer", "Ask for that scope at the login."),),
    ),
}
