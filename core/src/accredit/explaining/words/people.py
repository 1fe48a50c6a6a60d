"""Reasons that are about the user: the provider's token is good, and they may not come in all the same."""

from accredit.explaining.words.words import Words

PEOPLE: dict[str, Words] = {
    "access_denied": Words(
        "A rule of this server says no",
        "The token is good, and it is known who the user is. A rule that the operator has added does not let them in.",
        "The operator decides who may come in, for example only people of one company.",
        "The app is told the sentence that the rule gives.",
        (("operator", "Look at the rule (a hook), if this user should come in."),),
    ),
    "subject_blocked": Words(
        "This user may not come in any more",
        "The operator has blocked this user here. The provider has nothing to do with it.",
        "A block that a new login gets around would be none.",
        "At a login the app is told that the user is blocked. Where it shows a token of ours, it reads the same as for "
        "any bad token.",
        (("operator", "Unblock the user, if they may come in again."), ("user", "Talk to the operator.")),
    ),
    "not_linked": Words(
        "Nobody here belongs to this login",
        "The token is good, but no user of ours has this account at the provider. This server makes no new users by "
        "itself, or the account was taken off a user.",
        "The operator wants to decide who becomes a user. A stranger must not become one by logging in.",
        "The app is told that the user is not linked.",
        (
            ("user", "Log in the way you did before, then add this account there."),
            ("operator", "Link the account, or change the policy of `subjects`."),
        ),
    ),
    "identity_taken": Words(
        "This account belongs to another user",
        "The app wanted to add an account at a provider to one user. It is another user's already.",
        "If it changed hands like this, one could take over what belongs to the other one.",
        "The app is told that it belongs to another user, but not to whom.",
        (("user", "If that user is you too: log in with that account, and take it off there first."),),
    ),
}
