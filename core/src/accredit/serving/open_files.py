"""Files for connections: each takes one, and the shell's usual limit of 1024 is low for a server."""


def allow_connections(wanted: int, *, beside: int) -> int:
    """Return how many connections can be open while `beside` files are left for everything else: at most `wanted`.

    Raises the limit of open files of this process for that, as far as it may.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted + beside:
        return wanted
    soft = wanted + beside if hard == resource.RLIM_INFINITY else min(wanted + beside, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, min(wanted, soft - beside))
