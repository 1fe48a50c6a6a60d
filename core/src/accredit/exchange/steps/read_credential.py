"""What has been handed in, as a credential of a kind that the connection's strategy accepts."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import SecretStr

from accredit._guard import guarded
from accredit.credentials import (
    AccessToken,
    AuthorizationCode,
    Credential,
    CredentialKind,
    IdToken,
    ProviderToken,
    SignedPayload,
)
from accredit.errors import InvalidParameter, InvalidProviderToken, MissingParameter, PluginFailed
from accredit.plugins import Connection
from accredit.settings import CodeSettings
from accredit.strategy import Strategy

_KINDS = frozenset(get_args(CredentialKind))
_OF_CODES = frozenset({"code_verifier", "redirect_uri"})
"""What may stand beside a code, and is nothing beside anything else."""


def read_credential(handed: ProviderToken | Credential, connection: Connection) -> Credential:
    """Return what was handed in with its kind. No I/O.

    Raises:
        InvalidProviderToken: it is of a kind that the connection does not accept.
        InvalidParameter: an extra parameter is too long, or the redirect URI is none of the connection's.
        MissingParameter: a code has come without `code_verifier`, which the connection requires.
        PluginFailed: the strategy cannot tell the kind.
    """
    strategy = connection.strategy
    credential = _with_kind(handed, strategy) if isinstance(handed, ProviderToken) else handed
    if credential.kind not in strategy.accepts:
        raise InvalidProviderToken(f"the connection accepts no credential of the kind {credential.kind}")
    if credential.extras is not None:
        _check_extras(credential.extras, strategy)
    if isinstance(credential, AccessToken) and credential.id_token is not None:
        _check_extras({"id_token": credential.id_token}, strategy)
    if isinstance(credential, AuthorizationCode):
        _check_code(credential, connection)
    return credential


def _with_kind(handed: ProviderToken, strategy: Strategy[Any]) -> Credential:
    with guarded("kind_of"):
        kind: object = strategy.kind_of(handed.reveal())
    value, nonce, extras, of_code = handed.value, handed.nonce, None, {}
    if handed.extras is not None:
        of_code = {name: one for name, one in handed.extras.items() if name in _OF_CODES}
        extras = {name: one for name, one in handed.extras.items() if name not in _OF_CODES} or None
    if kind == "id_token" and extras is not None and "id_token" in extras:
        kind = "access_token"  # of a JWT's form, as Keycloak's are: the ID token is the one beside it
    match kind:
        case "access_token":
            id_token = None if extras is None else extras.pop("id_token", None)
            return AccessToken(value, handed.secret, id_token, nonce, extras or None)
        case "id_token":
            return IdToken(value, nonce, extras)
        case "code":
            uri = of_code.get("redirect_uri")
            uri_text = None if uri is None else uri.get_secret_value()
            return AuthorizationCode(value, of_code.get("code_verifier"), uri_text, nonce, extras)
        case "signed_payload":
            return SignedPayload(value, nonce, extras)
    raise PluginFailed(f"kind_of returned what is none of {', '.join(sorted(_KINDS))}")


def _check_extras(extras: Mapping[str, SecretStr], strategy: Strategy[Any]) -> None:
    for name, secret in extras.items():
        if len(secret.get_secret_value()) > strategy.reads.get(name, 0):
            raise InvalidParameter(name)


def _check_code(code: AuthorizationCode, connection: Connection) -> None:
    """Require of a code what binds it to the app that began the login.

    Source: RFC 9700 section 2.1.1 (PKCE) and RFC 6749 section 10.6 (redirect URIs are compared with those known).
    """
    settings = connection.settings
    if not isinstance(settings, CodeSettings):  # looked at when the strategy is loaded
        raise PluginFailed("a strategy that accepts codes has settings that are no CodeSettings")
    if code.redirect_uri is not None and code.redirect_uri not in settings.redirect_uris:
        raise InvalidParameter("redirect_uri")
    if connection.strategy.supports_pkce and settings.require_pkce and code.code_verifier is None:
        raise MissingParameter("code_verifier")
