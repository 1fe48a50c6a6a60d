"""What serves the exchange over HTTP by itself: `accredit serve`, and in part the servers of `accredit.testing`.

Begin at `server`, which puts uvicorn together. `protocol` bounds what one connection may cost, with `head` and `body`
to find the ends of a request's parts, `cycle` for a request with its answer, `answer_transport` for what is written,
and `refusal` for what cannot be read; `beside` is a small server beside the first, `listener` makes the listening
socket, `addresses` says what is wrong with one, `garbage` sets Python's collector, `open_files` sees that connections
get the files they need, `lines` writes logs that nobody has to wait for, in `turns` where several processes do.
`workers` is the parent of several processes that serve: each has a `place`; `delays` says when one that has ended is
replaced, and by `wakeup` the parent waits for signals. `handed_over` are sockets of the service manager, and
`supervisor` is what that is told.

Nothing here knows the exchange: it serves any ASGI app. Embedded in a host, none of it is used.
"""
