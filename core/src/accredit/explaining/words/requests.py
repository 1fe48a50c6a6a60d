"""Reasons that are about the form of a request: the app has asked for something in a wrong way."""

from accredit.explaining.words.words import TOLD, Words

REQUESTS: dict[str, Words] = {
    "invalid_request": Words(
        "The request is not valid",
        "What the app has sent does not have the form that it must have.",
        "A server that guesses what was meant may guess what an attacker wants.",
        TOLD,
        (("app developer", "Compare the request with the contract."),),
    ),
    "malformed_body": Words(
        "The request cannot be read",
        "The body is neither JSON nor a form, is too large, or says the same thing twice.",
        "If two values stand for one thing, two programs on the way may each read another one. So nothing is guessed.",
        TOLD,
        (("app developer", "Send one JSON object, or one form, with each name once."),),
    ),
    "wrong_media_type": Words(
        "The request says that it is something else",
        "The header Content-Type is missing, or names neither JSON nor a form.",
        "How to read a body must not be guessed from what stands in it.",
        TOLD,
        (("app developer", "Send `Content-Type: application/json`, or that of a form."),),
    ),
    "missing_parameter": Words(
        "Something is missing in the request",
        "The app has left out a value without which the request cannot be answered.",
        "What is missing must not be guessed.",
        TOLD,
        (("app developer", "Send the value that the answer names."),),
    ),
    "invalid_parameter": Words(
        "A value in the request cannot be used",
        "A value is no text, is too long, holds a character that it must not, or is of a kind that is not set up here.",
        "Values go into logs and to the provider. Odd ones are kept out at the door, for all alike.",
        TOLD + " The value itself is not repeated.",
        (
            ("app developer", "Look at the value that the answer names."),
            ("operator", "Look at the detail in the log: it may name settings that the connection lacks."),
        ),
    ),
    "invalid_target": Words(
        "The app asks for a token for somebody else's service",
        "Our token was to be for an audience, a service, that this app may not ask for.",
        "Otherwise any app could get tokens with which it enters every service of yours.",
        TOLD,
        (
            ("app developer", "Ask for a service that your app may use, or for none."),
            ("operator", "If the app should have it, add it to the client's `audiences`."),
        ),
    ),
    "invalid_scope": Words(
        "Nothing of what the app asks for can be given",
        "The app named permissions (scopes), and may have none of them.",
        "A token without any permission would be of no use, and would hide the mistake.",
        TOLD,
        (
            ("app developer", "Ask for scopes that your app may have."),
            ("operator", "If the app should have them, add them to the client's `scopes`."),
        ),
    ),
    "unsupported_grant_type": Words(
        "Nobody here knows this way to get a token",
        "The app named a `grant_type` that this server does not have.",
        "There is no rule by which it could be checked.",
        TOLD,
        (("app developer", "Use a grant type of the reference."),),
    ),
    "two_authentications": Words(
        "The app shows who it is in two ways at once",
        "The request holds the app's secret, or a proof of it, more than once.",
        "If the two differ, nobody can say which app is asking.",
        TOLD,
        (("app developer", "Use one way, such as the Authorization header."),),
    ),
    "two_tokens": Words(
        "The request shows a token in two places",
        "An access token of ours stands in the header and in the body.",
        "If the two differ, a check may look at the one and the answer come from the other.",
        TOLD,
        (("app developer", "Send it in the Authorization header alone."),),
    ),
    "unsupported_token_type": Words(
        "This token cannot be called back",
        "The app asked to revoke an access token that belongs to no session. Such a token is valid until it expires.",
        "To say 'done' would be a lie: who checks such a token does so without asking us.",
        TOLD,
        (("app developer", "Wait until it expires; it is short-lived. Sessions can be ended by their refresh token."),),
    ),
    "linking_unavailable": Words(
        "Accounts cannot be linked here",
        "The app asked to add a further login to an account. Here only the operator's own program may do so.",
        "Two programs that decide who is whom would contradict each other.",
        TOLD,
        (("app developer", "Leave out `main_access_token`, or ask the operator how accounts are linked."),),
    ),
    "invalid_notice": Words(
        "A message is not from the provider",
        "A message says that a provider sends it, such as 'this user is gone'. It is not signed as it must be, is not "
        "whole, or is meant for another app.",
        "Otherwise anybody could have your users logged out or deleted.",
        "The sender is told that it is not valid. It reads the same for each reason.",
        (
            (
                "operator",
                "If real messages are refused, compare the connection's settings with the provider's dashboard.",
            ),
        ),
    ),
    "connection_not_found": Words(
        "There is no such way to log in",
        "The app named a connection, a provider to log in with, that is not set up on this server.",
        "Nobody can be asked about the token.",
        TOLD,
        (
            ("app developer", "Check the name for spelling mistakes."),
            ("operator", "If it should be there, set the connection up."),
        ),
    ),
    "connection_disabled": Words(
        "This way to log in is off",
        "The connection is switched off, or this app may not use it.",
        "An operator has decided so. The provider was not asked.",
        TOLD,
        (
            ("app developer", "Do not offer this login in your app."),
            ("operator", "If it should work, switch it on, or name it in the client's `connections`."),
        ),
    ),
}
