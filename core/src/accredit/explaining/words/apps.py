"""Reasons that are about the app that asks."""

from accredit.explaining.words.words import TOLD, Words

_NOT_WHICH = (
    "The app is told that it could not show who it is. Whether such an app exists is not told, so that nobody can "
    "find out which apps there are."
)

APPS: dict[str, Words] = {
    "unauthorized_client": Words(
        "This app may not do this",
        "The app that asks is known, or says that it is, and may not ask for this.",
        "Each app may do only what its operator has allowed.",
        "The app is told that it may not, and no more.",
        (("operator", "Look at the settings of this client."),),
    ),
    "unknown_client": Words(
        "Nobody here knows this app",
        "The request names a `client_id` that is not set up on this server.",
        "Tokens are for apps that the operator knows. For an unknown one nobody has said what it may do.",
        "The app is told that it is not a valid client: it cannot show who it is.",
        (
            ("app developer", "Compare the `client_id` with the one that the operator gave you."),
            ("operator", "If the app is yours, add it to the clients."),
        ),
    ),
    "grant_not_allowed": Words(
        "The app may not get tokens in this way",
        "The app is known, and uses a grant type, a way to get tokens, that is not allowed for it.",
        "Each way that is open and that nobody uses is a way for attackers.",
        TOLD,
        (
            ("app developer", "Use the way that was agreed with the operator."),
            ("operator", "If the app should have it, add it to the client's `grant_types`."),
        ),
    ),
    "invalid_client": Words(
        "The app cannot show that it is itself",
        "The app has a secret or a key, and did not show it, or showed a wrong one.",
        "Otherwise anybody could ask in the name of this app.",
        _NOT_WHICH,
        (
            ("app developer", "Check the secret or the key, and how it is sent."),
            ("operator", "If it was renewed, give the new one to the app. Compare the clocks where a key signs."),
        ),
    ),
}
