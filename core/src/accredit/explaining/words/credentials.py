"""Reasons that are about what an app has shown of a provider's: a token, an ID token or a code."""

from accredit.explaining.words.words import ONE_FACE, WHOEVER, Words

CREDENTIALS: dict[str, Words] = {
    "wrong_audience": Words(
        "This token was made for another app",
        "The provider says for which app it has made a token. This one was not made for yours, or nobody can tell for "
        "which it was made. Or the app named another user than the token's.",
        WHOEVER,
        ONE_FACE,
        (
            ("nobody", "If somebody tried a token of another app, all is well: it did not work."),
            ("app developer", "If your own app sent it: let it use the app id at the provider that is set up here."),
            ("operator", "If the other app is yours too, add its id to those that the connection accepts."),
        ),
    ),
    "invalid_token": Words(
        "The token is not valid",
        "The provider does not know this token any more, or never did. It is old, was called back, is damaged or is "
        "made up.",
        "A token shows who its user is only while the provider says that it is good. One that is not may be made up, "
        "or was found in an old log.",
        ONE_FACE,
        (
            ("user", "Log in at the provider again."),
            ("app developer", "Send the token at once when you get it, unchanged, and never an old one."),
        ),
    ),
    "missing_permission": Words(
        "The user has not allowed enough",
        "The token is good, but the user did not give the app a permission that this login needs.",
        "Without it the provider does not say what must be known of the user.",
        ONE_FACE,
        (
            ("app developer", "Ask the user for the permissions that the connection needs."),
            ("user", "Log in again, and allow them."),
        ),
    ),
    "credential_reused": Words(
        "This was used before",
        "A code, a nonce or an ID token is good for one login only. This one was shown a second time.",
        "The second one to show it may be a thief who has copied it on the way.",
        ONE_FACE,
        (
            ("app developer", "Get a new one for each login; do not send one again when an answer got lost."),
            ("user", "Log in at the provider again."),
            ("operator", "If there are many of one user, somebody may be listening."),
        ),
    ),
    "provider_user_blocked": Words(
        "The provider has closed this account",
        "The provider says that it has locked, suspended or deleted this user.",
        "An account that is locked may be in the hands of somebody who has broken into it.",
        ONE_FACE,
        (("user", "Talk to the provider, or log in another way."),),
    ),
    "unlisted_refusal": Words(
        "The provider says no, in words that are new here",
        "The provider has refused clearly, with a code that our plugin for it does not know.",
        "A clear no is a no, also where nobody knows the word.",
        ONE_FACE,
        (
            ("operator", "Look the code up in the provider's documentation. The log names it, once an hour."),
            ("nobody", "Users can only try again: until the code is known, nobody can say whether it helps."),
        ),
    ),
    "provider_token_rejected": Words(
        "The provider's token is not accepted",
        "The token that the app has shown is no proof of who its user is.",
        "Without a proof, anybody could say that they are anybody.",
        ONE_FACE,
        (("user", "Log in at the provider again."), ("operator", "Look at the detail in the log.")),
    ),
}
