"""Python's garbage collector, set for a server that lives long and leaves no cycles behind."""

import gc

_YOUNG = 20_000
"""Objects that are made before the youngest are looked through. Python's 700 are less than what the exchanges that are
in flight hold, so each look would find nothing and pass them on to the next generation."""


def settle() -> None:
    """Let what lives now live until the end, and look for garbage less often.

    To be called once, when everything is imported and open: without it each full collection walks all of that.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)
