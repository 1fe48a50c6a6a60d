"""A guard that counts: what one login, one refresh and one verification cost, in calls and not in seconds.

Seconds need a quiet machine; counts are the same on every one, so a regression fails without noise. One exchange at a
time runs in this process, from the ASGI app to the disk, with a provider at the other end of a connection in memory.

`counts.toml` has what it should cost. `python -m tests.guards` prints what it costs now beside that, and
`python -m tests.guards --renew` writes it down: when the change is meant, with the reason in the commit message.
"""
