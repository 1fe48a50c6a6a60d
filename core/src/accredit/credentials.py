"""What a client hands in to show who somebody is: one value for each kind, and none of them shows itself in its `repr`.

A strategy is given a `Credential` of a kind that it accepts. `ProviderToken` is what has come without its kind, as in
the parameter `access_token` of the wire, where clients put access tokens and ID tokens alike: the connection's strategy
says what it is (`accredit.strategy.Strategy.kind_of`). A host that knows the kind hands in the credential itself.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import SecretStr

from accredit._quick_init import with_quick_init
from accredit.errors import InvalidParameter
from accredit.parameters import check_secret, check_text, checked_text, revealed

CredentialKind = Literal["access_token", "id_token", "code", "signed_payload"]
"""`code` is an authorization code; `signed_payload` data that the provider has signed with a secret of ours."""

LONGEST_EXTRA = 16_384
"""The most characters that any extra parameter may have."""


class _Handed:
    """What all of them can tell."""

    __slots__ = ()

    value: SecretStr
    nonce: SecretStr | None
    """The value that the client has put into the provider's ID token."""
    extras: Mapping[str, SecretStr] | None
    """Further parameters of the request, by name: those that the strategy `reads`. None where there are none."""

    def reveal(self) -> str:
        """Return the text of `value`, to send it to the provider and nowhere else."""
        return self.value.get_secret_value()

    def parameter(self, name: str) -> str | None:
        """Return the text of an extra parameter, None where it was not sent."""
        secret = None if self.extras is None else self.extras.get(name)
        return None if secret is None else secret.get_secret_value()

    @property
    def is_jwt(self) -> bool:
        """Tell whether it has the form of an ID token; see the function `is_jwt`."""
        return is_jwt(self.reveal())


@with_quick_init
@dataclass(frozen=True, slots=True)
class ProviderToken(_Handed):
    """What the client hands in, of which only the strategy knows the kind, and what is said to belong to it.

    `secret` is the token secret of OAuth 1.0a; `nonce` the value the client put into the provider's ID token.

    Raises:
        InvalidParameter: a part is longer than the wire would take (`accredit.parameters.LONGEST`), or holds a
            character other than printable ASCII, with which a token could break out of a header or URL.
            Source: RFC 6749 appendix A.12 (`access-token = 1*VSCHAR`).
    """

    value: SecretStr
    secret: SecretStr | None = None
    nonce: SecretStr | None = None
    extras: Mapping[str, SecretStr] | None = None

    def __post_init__(self) -> None:
        check_secret("access_token", self.value)
        if self.secret is not None:
            check_secret("access_token_secret", self.secret)
        if self.nonce is not None:
            check_secret("nonce", self.nonce)
        if self.extras is not None:
            _check_extras(self.extras)

    @classmethod
    def of(
        cls,
        value: str,
        *,
        secret: str | None = None,
        nonce: str | None = None,
        extras: Mapping[str, str] | None = None,
    ) -> "ProviderToken":
        """Build one from plain strings."""
        return cls(SecretStr(value), _secret(secret), _secret(nonce), _secrets(extras))


@with_quick_init
@dataclass(frozen=True, slots=True)
class AccessToken(_Handed):
    """An access token of the provider, or the token of OAuth 1.0a with its `secret`.

    `id_token` is an ID token that came beside it, where the strategy reads one. Bounds and errors are those of
    `ProviderToken`, here and below.
    """

    kind: ClassVar[CredentialKind] = "access_token"
    value: SecretStr
    secret: SecretStr | None = None
    id_token: SecretStr | None = None
    nonce: SecretStr | None = None
    extras: Mapping[str, SecretStr] | None = None

    def __post_init__(self) -> None:
        _check("access_token", self)
        if self.secret is not None:
            check_secret("access_token_secret", self.secret)
        if self.id_token is not None:
            check_secret("id_token", self.id_token)

    @classmethod
    def of(
        cls,
        value: str,
        *,
        secret: str | None = None,
        id_token: str | None = None,
        nonce: str | None = None,
        extras: Mapping[str, str] | None = None,
    ) -> "AccessToken":
        """Build one from plain strings."""
        return cls(SecretStr(value), _secret(secret), _secret(id_token), _secret(nonce), _secrets(extras))


@with_quick_init
@dataclass(frozen=True, slots=True)
class IdToken(_Handed):
    """An ID token of the provider. Source: OpenID Connect Core 1.0 section 2."""

    kind: ClassVar[CredentialKind] = "id_token"
    value: SecretStr
    nonce: SecretStr | None = None
    extras: Mapping[str, SecretStr] | None = None

    def __post_init__(self) -> None:
        _check("id_token", self)

    @classmethod
    def of(cls, value: str, *, nonce: str | None = None, extras: Mapping[str, str] | None = None) -> "IdToken":
        """Build one from plain strings."""
        return cls(SecretStr(value), _secret(nonce), _secrets(extras))


@with_quick_init
@dataclass(frozen=True, slots=True)
class AuthorizationCode(_Handed):
    """An authorization code, good once; we exchange it at the provider with our own credentials.

    `code_verifier` is the app's, for PKCE (RFC 7636 section 4.1); `redirect_uri` the one that the app has sent the user
    to the provider with, None where there was none (RFC 6749 section 4.1.3).
    """

    kind: ClassVar[CredentialKind] = "code"
    value: SecretStr
    code_verifier: SecretStr | None = None
    redirect_uri: str | None = None
    nonce: SecretStr | None = None
    extras: Mapping[str, SecretStr] | None = None

    def __post_init__(self) -> None:
        _check("code", self)
        if self.code_verifier is not None:
            check_secret("code_verifier", self.code_verifier)
        if self.redirect_uri is not None:
            check_text("redirect_uri", self.redirect_uri)

    @classmethod
    def of(
        cls,
        value: str,
        *,
        code_verifier: str | None = None,
        redirect_uri: str | None = None,
        nonce: str | None = None,
        extras: Mapping[str, str] | None = None,
    ) -> "AuthorizationCode":
        """Build one from plain strings."""
        return cls(SecretStr(value), _secret(code_verifier), redirect_uri, _secret(nonce), _secrets(extras))


@with_quick_init
@dataclass(frozen=True, slots=True)
class SignedPayload(_Handed):
    """What the provider says of somebody, signed with a secret that it shares with us: nobody is asked about it."""

    kind: ClassVar[CredentialKind] = "signed_payload"
    value: SecretStr
    nonce: SecretStr | None = None
    extras: Mapping[str, SecretStr] | None = None

    def __post_init__(self) -> None:
        _check("access_token", self)

    @classmethod
    def of(cls, value: str, *, nonce: str | None = None, extras: Mapping[str, str] | None = None) -> "SignedPayload":
        """Build one from plain strings."""
        return cls(SecretStr(value), _secret(nonce), _secrets(extras))


Credential = AccessToken | IdToken | AuthorizationCode | SignedPayload
"""What a strategy verifies."""


def check_handed(value: object) -> None:
    """Refuse what a caller from Python hands in that is neither a credential nor a `ProviderToken`.

    Raises:
        InvalidParameter: it is none.
    """
    if not isinstance(value, _Handed):
        raise InvalidParameter("access_token")


def is_jwt(text: str) -> bool:
    """Tell by its form whether this is an ID token: three parts, the middle one a JSON object.

    The header does not decide: LINE's access tokens have one, and their middle is no JSON.
    """
    parts = text.split(".")
    if len(parts) != 3:
        return False
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return False
    return isinstance(payload, dict)


def _check(parameter: str, credential: _Handed) -> None:
    check_secret(parameter, credential.value)
    if credential.nonce is not None:
        check_secret("nonce", credential.nonce)
    if credential.extras is not None:
        _check_extras(credential.extras)


def _check_extras(extras: object) -> None:
    """Hold extra parameters to what any text on the wire may be; how long each may be is the strategy's to say."""
    if not isinstance(extras, Mapping):
        raise InvalidParameter("extras")
    for name, secret in extras.items():
        if not isinstance(name, str):
            raise InvalidParameter("extras")
        if not checked_text(name, revealed(name, secret), LONGEST_EXTRA):
            raise InvalidParameter(name)


def _secret(text: str | None) -> SecretStr | None:
    return None if text is None else SecretStr(text)


def _secrets(texts: Mapping[str, str] | None) -> Mapping[str, SecretStr] | None:
    return None if texts is None else {name: SecretStr(text) for name, text in texts.items()}
