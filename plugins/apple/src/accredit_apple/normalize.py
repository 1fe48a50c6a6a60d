"""Apple's claims to ours: an address, and the names that a client passes on."""

from collections.abc import Mapping
from typing import Any

from accredit.profile import Assurance, Email, Profile
from accredit.text import email_address

RELAY_DOMAINS = frozenset({"privaterelay.appleid.com", "private.icloud.com"})
"""Of addresses that forward to the user's own. The second one is that of new addresses since 2026.

Source: https://developer.apple.com/documentation/signinwithapple/communicating-using-the-private-email-relay-service
(the first); https://developer.apple.com/news/?id=1ptvdtcm (the second). `icloud.com` has mailboxes, and is none.
"""


def to_profile(claims: Mapping[str, Any], name: Mapping[str, Any]) -> Profile:
    """Return what Apple states about a user, and the two names that only the client states."""
    return Profile(given_name=name.get("firstName"), family_name=name.get("lastName"), email=_email(claims))


def to_facts(claims: Mapping[str, Any], name: Mapping[str, Any]) -> dict[str, Any]:
    """Return what hooks may want to know: of the address, of the user, and which claims are the client's word.

    Source: https://developer.apple.com/documentation/signinwithapplerestapi/authenticating-users-with-sign-in-with-apple
    """
    facts: dict[str, Any] = {}
    if (address := email_address(claims.get("email"))) is not None:
        is_relay = address.rpartition("@")[2].lower() in RELAY_DOMAINS
        facts["is_private_email"] = is_relay or is_true(claims.get("is_private_email"))
    status = claims.get("real_user_status")
    if type(status) is int and 0 <= status <= 2:  # not isinstance: True is an int
        facts["real_user_status"] = status
    if name:
        stated = {"firstName": "given_name", "lastName": "family_name"}
        facts["client_stated"] = [stated[field] for field in name]
    return facts


def is_true(value: object) -> bool:
    """Tell whether a claim is true: Apple writes some as a boolean, or as its text."""
    return value is True or value == "true"


def _email(claims: Mapping[str, Any]) -> Email | None:
    address = email_address(claims.get("email"))
    if address is None:
        return None
    # Of users at a company or school it may be false.
    is_verified = is_true(claims.get("email_verified"))
    return Email(address, Assurance.PROVIDER_ASSERTED if is_verified else Assurance.UNVERIFIED)
