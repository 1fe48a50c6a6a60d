"""Why there is no way to a server."""

import socket
import ssl

import pytest

from accredit._network import why_unreachable

UNTRUSTED = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED]")
UNTRUSTED.verify_message = "self-signed certificate"
CUT = ssl.SSLEOFError(8, "EOF occurred")
NO_TLS = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]")
NO_TLS.reason = "WRONG_VERSION_NUMBER"
REFUSED, NO_ROUTE = "[Errno 111] Connect call failed", "[Errno 113] Connect call failed"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        pytest.param(OSError(111, "Connect call failed ('127.0.0.1', 1)"), "Connection refused", id="refused"),
        pytest.param(
            OSError(f"Multiple exceptions: {REFUSED} ('::1', 1, 0, 0), {REFUSED} ('127.0.0.1', 1)"),
            "Connection refused",
            id="refused by all",
        ),
        pytest.param(
            OSError(f"Multiple exceptions: {REFUSED} ('::1', 1, 0, 0), {NO_ROUTE} ('10.0.0.1', 1)"),
            "Connection refused, No route to host",
            id="by each for another reason",
        ),
        pytest.param(FileNotFoundError(2, "x"), "No such file or directory", id="socket"),
        pytest.param(socket.gaierror(-2, "Name or service not known"), "Name or service not known", id="name"),
        pytest.param(socket.gaierror(), "its name is not resolved", id="name without a word"),
        pytest.param(UNTRUSTED, "its certificate is not believed: self-signed certificate", id="certificate"),
        pytest.param(NO_TLS, "TLS with it fails: wrong version number", id="no TLS"),
        pytest.param(CUT, "TLS with it fails: EOF occurred", id="cut"),
        pytest.param(OSError("what it says"), "what it says", id="words alone"),
        pytest.param(TimeoutError(), "", id="nothing"),
    ],
)
def test_it_is_said_in_words_and_without_the_address(error: OSError, why: str) -> None:
    assert why_unreachable(error) == why
