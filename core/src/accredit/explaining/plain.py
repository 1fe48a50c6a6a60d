"""What of a request is known to be no secret."""

PLAIN = frozenset(
    {
        "client_id", "connection", "scope", "grant_type", "subject_token_type", "requested_token_type",
        "token_type_hint", "device", "audience", "redirect_uri", "user_id",
    }
)  # fmt: skip
"""Parameters that hold no secret, unless somebody puts one there."""
_LONGEST = 100


def is_plain(name: str, value: str) -> bool:
    """Tell whether a parameter holds no secret: what is long may be one wherever it stands."""
    return name in PLAIN and len(value) <= _LONGEST
