"""Why there is no way to a server, in the same words for every kind of server: libraries say it each in their own."""

import os
import re
import socket
import ssl

_NUMBER = re.compile(r"\[Errno (\d+)\]")
"""How one of several addresses is told that were tried in vain."""


def why_unreachable(error: OSError) -> str:
    """Say why, in words and without the address, as in `Connection refused`. Empty where the error says nothing."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not believed: {error.verify_message}"
    if isinstance(error, ssl.SSLError):  # its numbers are OpenSSL's own
        reason: str | None = getattr(error, "reason", None)  # OpenSSL sets it; one raised by hand has none
        return f"TLS with it fails: {reason.replace('_', ' ').lower() if reason else error}"
    if isinstance(error, socket.gaierror):  # as are a resolver's
        return error.strerror or "its name is not resolved"
    if error.errno is not None:
        return os.strerror(error.errno)
    numbers = dict.fromkeys(int(number) for number in _NUMBER.findall(str(error)))
    return ", ".join(map(os.strerror, numbers)) or str(error)
