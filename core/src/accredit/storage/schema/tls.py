"""Why TLS to a PostgreSQL server fails, in words: the driver names no file, and OpenSSL's numbers are its own."""

import os
import ssl
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

_NO_TLS = "rejected SSL upgrade"
"""How the driver ends where a server has no TLS, and the URL asks for it."""
_CUT = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""The connection has ended in the middle of a greeting, as while a server restarts."""


def tls_trouble(exc: BaseException | None, url: str) -> str | None:
    """Return what of TLS somebody must change, None where the error is about something else or may pass by itself."""
    if exc is not None and isinstance(exc.__cause__, ssl.SSLError):  # by TLS 1.3 a refused client hears of it late
        exc = exc.__cause__
    if not isinstance(exc, OSError) or isinstance(exc, _CUT):
        return None
    if _NO_TLS in str(exc):
        return "the server takes no TLS, which sslmode asks for"
    if isinstance(exc, ssl.SSLCertVerificationError):
        return (
            f"the server's certificate is not believed: {exc.verify_message}; "
            "sslrootcert names the authority that has signed it"
        )
    return _bad_file(url) or (f"TLS with the server fails: {_said(exc)}" if isinstance(exc, ssl.SSLError) else None)


def _bad_file(url: str) -> str | None:
    """Try each file by itself; return what is wrong with the first that is no good."""
    query = parse_qs(urlsplit(url).query)
    context, named = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), {}
    for option in ("sslrootcert", "sslcrl", "sslkey", "sslcert"):
        variable = f"PG{option.upper()}"
        called, path = (option, query[option][-1]) if option in query else (variable, os.environ.get(variable))
        if not path:
            continue
        named[option] = path
        try:
            Path(path).read_bytes()
            if option in ("sslrootcert", "sslcrl"):
                context.load_verify_locations(path)
            elif option == "sslcert":
                context.load_cert_chain(path, named.get("sslkey"), password=query.get("sslpassword", [""])[-1])
        except ssl.SSLError as exc:
            key = "; it needs its private key, in sslkey or in the same file" if option == "sslcert" else ""
            return f"{called}: {path} cannot be used: {_said(exc)}{key}"
        except OSError as exc:
            return f"{called}: {path} cannot be read: {exc.strerror}"
    return None


def _said(exc: ssl.SSLError) -> str:
    """Return OpenSSL's reason, in small letters."""
    return exc.reason.replace("_", " ").lower() if exc.reason else str(exc)
