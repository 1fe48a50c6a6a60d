"""Lengths of time in words."""

_UNITS = {"day": 86_400, "hour": 3600, "minute": 60, "second": 1}


def in_words(seconds: float) -> str:
    """Return a length of time, such as `1 day and 31 seconds`, in whole seconds."""
    left, parts = int(seconds), []
    for unit, length in _UNITS.items():
        number, left = divmod(left, length)
        if number:
            parts.append(f"{number} {unit}{'' if number == 1 else 's'}")
    *most, last = parts or ["0 seconds"]
    return f"{', '.join(most)} and {last}" if most else last
