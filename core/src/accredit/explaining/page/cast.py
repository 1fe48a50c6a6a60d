"""Who is who, where somebody knows more than a provider says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The names for a login, such as a sandbox knows them that has made everybody up. Empty ones are unknown."""

    person: str = ""
    """Whose token it is."""
    other_app: str = ""
    """What the other app is called, where the token was made for one: such as `the quiz app`."""
    is_foreign: bool = False
    """It was made for that app, even if the provider only says that it is not good."""
    shown: str = "token"
    """What was handed in: a `token` or a `code`."""


NOBODY = Cast()
"""Nothing is known beside what the provider says."""
