"""What a test has started: threads of earlier tests may end at any moment, so to count them tells nothing."""

import threading


def new_threads(before: list[threading.Thread]) -> list[threading.Thread]:
    """Return the threads that have come since `before`, what `threading.enumerate` returned then."""
    return [thread for thread in threading.enumerate() if thread not in before]
