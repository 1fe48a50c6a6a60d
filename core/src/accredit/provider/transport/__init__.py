"""How bytes reach a provider: the transport that an engine makes, or one of httpx's kind that somebody hands in.

It is our own, on llhttp, because httpx's pool costs milliseconds of CPU a request at 64 in flight (encode/httpx#3215),
has one line for all hosts, and repeats nothing. Through a proxy httpx's does the work.

`messages` is the seam: what `accredit.provider.http` sends, and gets. `httpx_seam` is httpx on either side of it.

`routes` is the whole of ours: each request goes over a share of `pool` or through `proxy`. Of a share each `connection`
is opened by `dial`, has a place of the `slots`, writes a `request`, and reads an `answer`; `causes` says why none came.
"""

import httpx

from accredit.errors import ConfigurationError
from accredit.provider.transport.httpx_seam import PROXY, READS_ONLY, sender_of
from accredit.provider.transport.proxy import proxy_for
from accredit.provider.transport.routes import Routes

__all__ = ["PROXY", "READS_ONLY", "make_transport", "proxy_for", "sender_of"]


def make_transport(*, max_connections: int) -> httpx.AsyncBaseTransport:
    """Make the transport an engine uses: keep-alive, one TLS context, at most `max_connections` to each origin.

    Raises:
        ConfigurationError: SSL_CERT_FILE or SSL_CERT_DIR names what cannot be read.
    """
    try:
        ssl_context = httpx.create_ssl_context()
    except OSError as exc:
        raise ConfigurationError(f"cannot load the certificate authorities (SSL_CERT_FILE): {exc.strerror}") from exc
    return Routes(ssl_context, max_connections=max_connections)
