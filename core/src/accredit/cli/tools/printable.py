"""Text of others for a terminal, without loading what draws there: every command tells mistakes by it."""


def plain(text: str) -> str:
    """Show what others say as it is, and never obey it: a name may hold a terminal's control characters."""
    return "".join(one if one.isprintable() or one == "\n" else f"\\u{ord(one):04x}" for one in text)
