"""What serves the exchange over HTTP by itself: `accredit serve`, and in part the servers of `accredit.testing`.

Nothing here knows the exchange: it serves any ASGI app. Embedded in a host, none of it is used.
"""
