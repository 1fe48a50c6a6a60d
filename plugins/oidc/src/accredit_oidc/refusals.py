"""What a provider's refusals mean for us: a table for each call. Each line says who says so."""

from collections.abc import Mapping

from accredit.errors import (
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderRateLimited,
)
from accredit.refusals import Line

INTROSPECTION_ERRORS: Mapping[str, Line] = {
    "invalid_client": Line(ProviderMisconfigured, "RFC 6749 section 5.2"),  # our credentials, never the user's fault
    "unauthorized_client": Line(ProviderMisconfigured, "RFC 6749 section 5.2"),
    "invalid_request": Line(ProviderProtocolError, "RFC 6749 section 5.2"),
    "429": Line(ProviderRateLimited, "RFC 6585 section 4, with Retry-After"),
}
"""The token is no matter of errors here: a dead one is answered by 200. Source: RFC 7662 section 2.2."""

TOKEN_ERRORS: Mapping[str, Line] = {
    # Expired, used before, another app's, or with another redirect URI or verifier.
    "invalid_grant": Line(InvalidProviderToken, "RFC 6749 section 5.2; RFC 7636 section 4.6 (the verifier)"),
    "invalid_client": Line(ProviderMisconfigured, "RFC 6749 section 5.2"),
    "unauthorized_client": Line(ProviderMisconfigured, "RFC 6749 section 5.2"),
    "unsupported_grant_type": Line(ProviderMisconfigured, "RFC 6749 section 5.2"),
    "429": Line(ProviderRateLimited, "RFC 6585 section 4, with Retry-After"),
}
"""`invalid_request` is not listed: some answer it to a code that has not their form, which is anybody's to send."""

USERINFO_ERRORS: Mapping[str, Line] = {
    "invalid_token": Line(InvalidProviderToken, "RFC 6750 section 3.1"),
    "insufficient_scope": Line(MissingPermission, "RFC 6750 section 3.1"),
    "invalid_request": Line(ProviderProtocolError, "RFC 6750 section 3.1"),
    "429": Line(ProviderRateLimited, "RFC 6585 section 4, with Retry-After"),
}
