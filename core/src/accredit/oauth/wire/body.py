"""The body of a request, bounded in size and time; what it holds is for `accredit.oauth.wire.fields` to read."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from accredit.errors import Abandoned, MalformedBody
from accredit.settings import LimitSettings


async def read_body(request: Request, limits: LimitSettings) -> bytes:
    """Return the whole body.

    Raises:
        MalformedBody: it is too large or too slow.
        Abandoned: the client has left before it was whole.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(limits.body_timeout_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limits.max_body_bytes:
                    raise MalformedBody("body is too large")
    except TimeoutError:
        raise MalformedBody("body did not arrive in time") from None
    except ClientDisconnect:
        raise Abandoned("the client went away") from None
    return bytes(body)
