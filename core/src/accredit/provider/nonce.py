"""Nonces: is an ID token of the login that the client has begun, or another one's?

Source: OpenID Connect Core 1.0 sections 3.1.2.1, 3.1.3.7 (rule 11) and 15.5.2.
"""

import hashlib
import hmac

from pydantic import SecretStr

from accredit._base64url import base64url
from accredit.credentials import AccessToken, Credential
from accredit.errors import InvalidProviderToken, PluginFailed
from accredit.settings import NoncePolicy

_NEEDED = frozenset({"required", "issued"})


class NonceCheck:
    """Compare the nonces of one exchange by the connection's setting `nonce`, and remember that it was done.

    `nonce` is the request's, None where it has none. So the engine can tell where a strategy has left the comparison
    out: see `confirm`.
    """

    def __init__(self, policy: NoncePolicy, nonce: SecretStr | None = None) -> None:
        self._policy = policy
        self._nonce = nonce
        self._matched = False

    def __call__(self, claimed: object) -> None:
        """Compare the nonce of the request with `claimed`, the one in the ID token; None where the token has none.

        `ctx.verify_id_token` does so itself. A strategy whose provider verifies ID tokens calls this, with the claim
        from the provider's answer. The token may hold the raw nonce, or its SHA-256 in hex or base64url.

        Raises:
            InvalidProviderToken: they differ, or one of them is missing that must not be.
        """
        if self._nonce is None:
            self._check_that_none_is_needed(claimed)
            return
        if claimed is None:
            raise InvalidProviderToken(
                f'nonce is in the request, not in the ID token (setting nonce = "{self._policy}")'
            )
        if not isinstance(claimed, str) or not _is_one_of(claimed, _forms(self._nonce.get_secret_value())):
            raise InvalidProviderToken("nonce differs")
        self._matched = True

    def _check_that_none_is_needed(self, claimed: object) -> None:
        if self._policy == "matched" and claimed is not None:
            raise InvalidProviderToken(
                'nonce is in the ID token, not in the request (setting nonce = "matched"; "if_sent" is for SDKs that '
                "put in a nonce of their own)"
            )
        if self._policy in _NEEDED:
            raise InvalidProviderToken(f'nonce is not in the request (setting nonce = "{self._policy}")')

    def confirm(self, credential: Credential) -> None:
        """Pass where nothing is left to compare, after the strategy has accepted the request's `credential`.

        An access token carries no nonce, unless an ID token came beside it, or it has the form of one: a strategy that
        takes such access tokens says that they are none by comparing with None, as for a code without an ID token.

        Raises:
            PluginFailed: the request has a nonce that was not compared, or must have one.
        """
        if self._matched or (self._nonce is None and self._policy not in _NEEDED) or carries_none(credential):
            return
        raise PluginFailed(
            "verify has accepted a credential and compared no nonce: call ctx.verify_id_token, or ctx.check_nonce with "
            "the nonce that the provider has found in it"
        )


def carries_none(credential: Credential) -> bool:
    """Tell whether a credential is an access token alone, which holds no nonce."""
    return isinstance(credential, AccessToken) and credential.id_token is None and not credential.is_jwt


def _forms(nonce: str) -> tuple[str, ...]:
    """Return what clients make of a nonce before they hand it to an SDK; Apple's and Firebase's examples hash it.

    Google and Kakao get it raw. The hex is in one case, never in both; base64url is without padding (RFC 7515).
    """
    digest = hashlib.sha256(nonce.encode()).digest()
    return nonce, digest.hex(), digest.hex().upper(), base64url(digest)


def _is_one_of(claimed: str, forms: tuple[str, ...]) -> bool:
    presented = claimed.encode("utf-8", "surrogatepass")  # JSON can hold halves of surrogate pairs
    return True in [hmac.compare_digest(presented, form.encode()) for form in forms]
