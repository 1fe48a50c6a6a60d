"""Comparing nonces: who must have one, what a token may make of it, and what is left to compare at the end."""

import base64
import hashlib
from typing import Any

import pytest
from pydantic import SecretStr

from accredit.credentials import AccessToken, AuthorizationCode, Credential, IdToken, SignedPayload
from accredit.errors import InvalidProviderToken, PluginFailed
from accredit.provider.nonce import NonceCheck
from accredit.settings import NoncePolicy

DIGEST = hashlib.sha256(b"N0nce").digest()
HEX = DIGEST.hex()
BASE64URL = base64.urlsafe_b64encode(DIGEST).decode()
JWT = "e30.e30.c2ln"
POLICIES: tuple[NoncePolicy, ...] = ("matched", "required", "if_sent")


def check_of(policy: NoncePolicy, nonce: str | None) -> NonceCheck:
    return NonceCheck(policy, None if nonce is None else SecretStr(nonce))


ID_TOKEN = IdToken.of(JWT)
NEED_A_COMPARISON: tuple[Credential, ...] = (
    ID_TOKEN,
    AccessToken.of(JWT),
    AccessToken.of("opaque", id_token=JWT),
    AuthorizationCode.of("code"),
    SignedPayload.of("payload"),
)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("claimed", ["N0nce", HEX, HEX.upper(), BASE64URL.rstrip("=")])
def test_a_token_holds_the_raw_nonce_or_its_sha256(policy: NoncePolicy, claimed: str) -> None:
    check_of(policy, "N0nce")(claimed)


@pytest.mark.threat(10)
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
    ("nonce", "claimed"),
    [
        ("N0nce", "n0nce"),
        ("n0nce", "N0nce"),
        ("N0nce", ""),
        ("N0nce", "N0nce "),
        ("N0nce", "N0nc"),
        ("N0nce", HEX[:-1]),
        ("N0nce", HEX[:2].upper() + HEX[2:] if HEX[:2].upper() != HEX[:2] else HEX[:-2] + HEX[-2:].upper()),
        ("N0nce", BASE64URL),
        ("N0nce", base64.b64encode(DIGEST).decode()),
        ("N0nce", BASE64URL.rstrip("=").lower()),
        ("N0nce", hashlib.sha1(b"N0nce").hexdigest()),  # noqa: S324 - what must not be accepted
        ("N0nce", hashlib.sha256(HEX.encode()).hexdigest()),
        (HEX, "N0nce"),
        ("N0nce", "Ñ0nce"),
        ("?", "\ud800"),
        ("1", 1),
        ("True", True),
        ("N0nce", ["N0nce"]),
        ("N0nce", {"N0nce": 1}),
    ],
)
def test_any_other_nonce_is_refused(policy: NoncePolicy, nonce: str, claimed: Any) -> None:
    with pytest.raises(InvalidProviderToken) as refused:
        check_of(policy, nonce)(claimed)
    assert refused.value.detail == "nonce differs"


@pytest.mark.parametrize(
    ("policy", "claimed"), [("matched", None), ("if_sent", None), ("if_sent", "of the SDK's own"), ("if_sent", 1)]
)
def test_a_request_without_a_nonce_is_accepted(policy: NoncePolicy, claimed: object) -> None:
    check_of(policy, None)(claimed)


@pytest.mark.threat(10)
@pytest.mark.parametrize(
    ("policy", "claimed", "because"),
    [
        ("matched", "N0nce", 'nonce is in the ID token, not in the request (setting nonce = "matched"; "if_sent" is '),
        ("matched", "", 'nonce is in the ID token, not in the request (setting nonce = "matched"; "if_sent" is '),
        ("matched", 1, 'nonce is in the ID token, not in the request (setting nonce = "matched"; "if_sent" is '),
        ("required", "N0nce", 'nonce is not in the request (setting nonce = "required")'),
        ("required", None, 'nonce is not in the request (setting nonce = "required")'),
    ],
)
def test_a_nonce_that_the_request_lacks_is_named_with_the_setting(
    policy: NoncePolicy, claimed: object, because: str
) -> None:
    with pytest.raises(InvalidProviderToken) as refused:
        check_of(policy, None)(claimed)
    assert refused.value.detail.startswith(because)


@pytest.mark.threat(10)
@pytest.mark.parametrize("policy", POLICIES)
def test_a_nonce_that_the_token_lacks_is_named_with_the_setting(policy: NoncePolicy) -> None:
    with pytest.raises(InvalidProviderToken) as refused:
        check_of(policy, "N0nce")(None)
    assert refused.value.detail == f'nonce is in the request, not in the ID token (setting nonce = "{policy}")'


@pytest.mark.threat(10)
@pytest.mark.parametrize("policy", POLICIES)
def test_a_nonce_that_was_sent_must_have_been_compared_by_the_end(policy: NoncePolicy) -> None:
    for credential in NEED_A_COMPARISON:
        done, undone = check_of(policy, "N0nce"), check_of(policy, "N0nce")
        done("N0nce")
        done.confirm(credential)
        with pytest.raises(PluginFailed, match=r"call ctx\.verify_id_token, or ctx\.check_nonce"):
            undone.confirm(credential)


@pytest.mark.threat(10)
def test_a_comparison_that_failed_is_none() -> None:
    check = check_of("matched", "N0nce")
    with pytest.raises(InvalidProviderToken):
        check("another")
    with pytest.raises(PluginFailed):
        check.confirm(ID_TOKEN)


@pytest.mark.threat(10)
@pytest.mark.parametrize("credential", NEED_A_COMPARISON, ids=lambda one: one.kind)
def test_a_nonce_that_must_be_there_must_have_been_compared(credential: Credential) -> None:
    for policy in ("matched", "if_sent"):
        check_of(policy, None).confirm(credential)
    with pytest.raises(PluginFailed):
        check_of("required", None).confirm(credential)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("nonce", [None, "N0nce"])
def test_an_access_token_carries_no_nonce_to_compare(policy: NoncePolicy, nonce: str | None) -> None:
    check_of(policy, nonce).confirm(AccessToken.of("opaque"))
