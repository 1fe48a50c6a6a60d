"""Words in the place of a reason's own, where more is known than the reason says."""

from collections.abc import Mapping

from accredit.explaining.words.words import ONE_FACE, ONE_FACE_TO_US, WHOEVER, Who, Words

_ALL_WELL: tuple[Who, str] = ("nobody", "All is well: somebody tried a token of another app, and it did not work.")

VARIANTS: Mapping[str, Words] = {
    "unnamed": Words(
        "Nobody can tell for which app this token was made",
        "The provider takes the token and says whose it is. But it does not say for which app it was made.",
        WHOEVER,
        ONE_FACE,
        (
            ("app developer", "Send what can be proven, such as a code: the connection's page says what there is."),
            ("operator", "Leave `accept_unbound_tokens` off: with it, every app's token is let in."),
        ),
    ),
    "other_user": Words(
        "This token is another user's",
        "The app that sent the token said whose it is. The provider says that it is somebody else's.",
        "Your app would show one person what belongs to another one.",
        ONE_FACE,
        (("app developer", "Send the token that belongs to the user whom you name, or name nobody."),),
    ),
    "hushed_token": Words(
        "This token was made for another app",
        "The provider says only that the token is not good, as it does of all tokens of other apps.",
        WHOEVER,
        ONE_FACE_TO_US,
        (_ALL_WELL,),
    ),
    "hushed_code": Words(
        "This code was made for another app",
        "The provider says only that the code is not good, as it does of all codes of other apps.",
        "A code stands for one login, and is good for the app that it was made for. Otherwise whoever runs an app, a "
        "quiz for example, could log in here as any of its users.",
        ONE_FACE_TO_US,
        (_ALL_WELL,),
    ),
}
"""`unnamed` and `other_user` stand for `wrong_audience`; `hushed_token` and `hushed_code` for another refusal, where
it is known that the token is another app's, as by a sandbox that has made it."""
