"""What to change where a PostgreSQL database cannot be used: by what stands in the way, not by where it stands."""

import socket

from accredit.errors import ConfigurationError, NotReadyYet
from accredit.provider.transport.causes import causes
from accredit.storage.schema.tls import tls_trouble

_BY_STATE = {
    "28P01": "correct the password, where the user that runs the server has it",
    "28000": "let this role in, from this machine, by pg_hba.conf of the server; or correct the role in storage.url",
    "3D000": "make the database (CREATE DATABASE), or correct its name in storage.url",
    "42501": "give this role the rights (GRANT), or correct the role in storage.url",
    "53300": "let other programs hold fewer connections, or raise max_connections of the server",
}
"""By SQLSTATE; each is in appendix A of PostgreSQL's manual."""


def remedy(error: ConfigurationError, url: str) -> str:
    """Say what to change, by all that an error came of. `url` is the one that was tried."""
    for one in causes(error):
        state = getattr(one, "sqlstate", None)
        if isinstance(state, str) and state in _BY_STATE:
            return _BY_STATE[state]
        if "root certificate file" in str(one) or tls_trouble(one, url) is not None:
            return "correct sslmode in storage.url, or the file that the message names, or the server's certificate"
        if isinstance(one, socket.gaierror):
            return "correct the host in storage.url, or this machine's DNS"
        if isinstance(one, TimeoutError):
            return "look at the server, and the firewalls on the way; or correct host and port in storage.url"
        if isinstance(one, ConnectionRefusedError | FileNotFoundError):
            return "start the server, or correct host and port, or its socket's folder, in storage.url"
    if isinstance(error, NotReadyYet):
        return "wait until the server is ready; its own log says why it is not"
    return "correct storage.url, or what the message names"
