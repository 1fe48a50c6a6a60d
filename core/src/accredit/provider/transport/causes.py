"""Why a call could not be made: what lies below the error that a transport raises."""

import errno
from collections.abc import Iterator


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, and all it came of, each once."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or one in seen:
            continue
        seen.append(one)
        yield one
        waiting += [one.__context__, one.__cause__, *(one.exceptions if isinstance(one, BaseExceptionGroup) else ())]


def lacks_descriptors(error: BaseException) -> bool:
    """Tell whether it came of this process, or this machine, having no file descriptor left."""
    return any(isinstance(one, OSError) and one.errno in (errno.EMFILE, errno.ENFILE) for one in causes(error))
