"""Reasons that are nobody's token: there was too much of something, or something has failed."""

from accredit.explaining.words.words import LATER, OURS, Words

_OUTAGE = (
    "Who the user is, only the provider can say. Where it had to be asked and did not say, nobody is let in, not even "
    "somebody known."
)
_WITHIN = "Nothing is issued where something failed on the way: a login is whole, or there is none."

OUTAGES: dict[str, Words] = {
    "limit_reached": Words(
        "There is too much of something",
        "A limit of this server was reached.",
        "Otherwise one app could take the place of all others.",
        LATER,
        (("app developer", "Wait as long as the answer says."), ("operator", "Look at `limit` in the log.")),
    ),
    "too_many_requests": Words(
        "Too many requests",
        "One app, user or network address has asked more often than the limit allows.",
        "A program that runs wild must not keep others from logging in.",
        LATER,
        (
            ("app developer", "Wait as long as the answer says, and ask less often."),
            ("operator", "If real users meet it, raise the limit that the log names, or name your proxy."),
        ),
    ),
    "too_many_attempts": Words(
        "Too many failed attempts",
        "One app or network address was refused so often that it is not looked at any more for a while.",
        "Somebody who may try without end finds a token at last.",
        LATER,
        (
            ("app developer", "Do not send again what was refused. Wait as long as the answer says."),
            ("operator", "Look at `limit` in the log: who was it?"),
        ),
    ),
    "provider_unavailable": Words(
        "The provider does not answer",
        "The provider is down, too slow, or answers what nobody can read.",
        _OUTAGE,
        LATER,
        (("provider", "Fix it."), ("user", "Try again later, or log in another way.")),
    ),
    "provider_rate_limited": Words(
        "The provider wants to be asked less often",
        "The provider answers that we have asked it too much in a short time.",
        _OUTAGE,
        LATER,
        (("user", "Try again later."), ("operator", "If it happens often, ask the provider for a higher limit.")),
    ),
    "provider_quota_exhausted": Words(
        "What the provider allows is used up",
        "The provider allows our app so many questions in a day or a month. They are used up.",
        _OUTAGE,
        LATER,
        (("operator", "Raise or pay for the quota at the provider. Until then nobody logs in by it."),),
    ),
    "circuit_open": Words(
        "The provider was down a moment ago",
        "The provider failed several times in a row. For some seconds it is not even asked.",
        "So users get their answer at once, and the provider can recover.",
        LATER,
        (("provider", "Fix it."), ("user", "Try again in some seconds.")),
    ),
    "connection_busy": Words(
        "Too many wait for this provider",
        "The provider is slow, and as many logins wait for it as may.",
        "If all waited for one slow provider, nobody could log in by the others either.",
        LATER,
        (("provider", "Fix it."), ("operator", "If it is always so, raise `max_in_flight` of the connection.")),
    ),
    "overloaded": Words(
        "Too many log in at once",
        "This server has as much to do as it can.",
        "To turn some away at once is better than to let all wait until nobody gets an answer.",
        LATER,
        (("operator", "If it happens often, start more workers or nodes."),),
    ),
    "signs_elsewhere": Words(
        "This server only checks tokens",
        "The request came to a server that has no key to make tokens with. Another one makes them.",
        "What has no key cannot lose it.",
        LATER,
        (("operator", "Send logins to the servers that sign."),),
    ),
    "abandoned": Words(
        "Nobody waited for the answer",
        "The app has hung up before the answer was there.",
        "It is not a refusal. What was not finished was left.",
        "Nothing: the app is not there any more.",
        (("app developer", "Wait longer before you give up."), ("nobody", "Some people just close an app.")),
    ),
    "storage_failed": Words(
        "Our database does not work",
        "What must be stored or looked up could not be: the disk is full, or the database is gone or locked.",
        "A token that is not in the database could not be called back. So none leaves without its row.",
        LATER + " The log has the reason, with an alert.",
        (("operator", "Look after the database and its disk."),),
    ),
    "unclear_commit": Words(
        "Nobody knows whether it was stored",
        "The connection to the database broke at the last moment.",
        "A token is given only where it is sure that it can be called back.",
        LATER + " The log has the reason, with an alert.",
        (("operator", "Look after the database, and the network to it."),),
    ),
    "server_error": Words(
        "Something is broken here",
        "This server could not do what it should. The user has done nothing wrong.",
        _WITHIN,
        OURS,
        (("operator", "Look at the detail in the log."),),
    ),
    "provider_misconfigured": Words(
        "The provider does not accept us",
        "It is not the user's token: the provider refuses our own app id or secret, or our account there.",
        _OUTAGE,
        OURS,
        (("operator", "Run `accredit doctor`, and compare the settings with the provider's dashboard."),),
    ),
    "provider_protocol_error": Words(
        "The provider does not understand our question",
        "The provider says that our request itself is wrong. That is a mistake in our plugin for it.",
        _OUTAGE,
        OURS,
        (("operator", "Update the plugin, or tell its author."),),
    ),
    "plugin_failed": Words(
        "A plugin is broken",
        "A plugin, or a hook of the operator's, has failed or returned what it must not.",
        "What a broken program says of a user cannot be believed.",
        OURS,
        (("operator", "Look at the detail in the log: it names the plugin and the place."),),
    ),
    "out_of_descriptors": Words(
        "This server has too many files open",
        "No connection to the provider could be opened: the system allows no more open files.",
        _OUTAGE,
        OURS,
        (("operator", "Raise the limit of open files."),),
    ),
    "internal": Words(
        "A bug of Accredit",
        "Something happened that should never happen.",
        _WITHIN,
        OURS,
        (("operator", "Report it, with the detail in the log, which names the place."),),
    ),
    "not_open": Words(
        "The server is not ready",
        "The program around Accredit has not started it, or calls it from where it was not started.",
        _WITHIN,
        OURS,
        (("operator", "The detail in the log says what to change."),),
    ),
}
