"""Accredit: exchange a social provider's token for your own.

A file at the top is public, or begins with an underscore; a folder is a room:

* `errors`: everything that can go wrong, drawn as a tree. `credentials`, `models`, `profile`, `audience`, `parameters`:
  what travels. `revocation`: a provider's token that may be kept.
* `strategy`, `notices`, `refusals`, `text`: what the author of a plugin needs. `hookspecs`: every hook on one screen.
* `asgi`: the HTTP edge; `create_app` is the way in. `_starlette`: what hosts in Starlette get of their own kind.
* `exchange/`: the order of a login, its steps, and the engine that they work with.
* `oauth/`: the endpoints; `grant_types/`, `client/` (who calls) and `wire/` (the form of what comes and goes).
* `limits/`: how much callers may ask, and who they are behind a proxy.
* `plugins/`: finds strategies and hooks, and lets nothing through that is not exactly right.
* `provider/`: the only way to a provider. `tokens/`: our own tokens. `keys/`: what signs our tokens.
* `storage/`: what is on disk. `cache/`: what is kept for a moment.
* `audit/`: what operators see. `settings/`: what operators say.
* `sync/`: the same without an event loop. `contrib/`: the same in the habits of a framework.
* `metrics/`: numbers for Prometheus. `traces/`: spans for OpenTelemetry. `operator/`: a page for operators.
* `web/`: what pages in a browser are made of. `explaining/`: why a token is accepted or refused, in words for people.
* `importers/`: moving in from other packages.
* `serving/`: a bounded HTTP server. `cli/`: the command line. `testing/`: the kit for the authors of plugins.
* `sandbox/`: a server whose providers are all simulated. `playground/`: pages that show what becomes of a token.

A public name is imported when it is first asked for: see `_on_demand`.
"""

from typing import TYPE_CHECKING

from accredit._on_demand import on_demand

if TYPE_CHECKING:
    from accredit.asgi import create_app, metadata_route
    from accredit.audience import AppBound, AudienceProof, CodeExchanged, JwtAudience, SignedByUs, Unbound
    from accredit.audit.events import (
        AnyEvent,
        BlockedEvent,
        ClientTokenEvent,
        ErasedEvent,
        ExchangeEvent,
        IntrospectionEvent,
        LinkedEvent,
        NonceEvent,
        OperationalEvent,
        ProviderNoticeEvent,
        RefreshEvent,
        ReuseEvent,
        RevocationEvent,
        SessionEndedEvent,
        TokenEvent,
        TokeninfoEvent,
        UnblockedEvent,
        UnlinkedEvent,
        UserinfoEvent,
        VerifyEvent,
    )
    from accredit.credentials import AuthorizationCode, Credential, IdToken, ProviderToken, SignedPayload
    from accredit.errors import AccessDenied, AccreditError, ConfigurationError, ExchangeError
    from accredit.exchange.client import Client
    from accredit.exchange.exchange import Exchange
    from accredit.exchange.verifier import Verifier
    from accredit.hookspecs import hookimpl
    from accredit.keys import Signer
    from accredit.models import (
        ExchangeRequest,
        ExtraClaims,
        Identity,
        Login,
        RefreshRequest,
        Subject,
        TokenSet,
        Verification,
    )
    from accredit.profile import Assurance, Email, Profile
    from accredit.revocation import RevocableToken
    from accredit.settings import CodeSettings, ConnectionSettings, Settings
    from accredit.settings.load import load_settings
    from accredit.strategy import Strategy, VerifyContext
    from accredit.tokens.read import AccessToken
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "asgi": ("create_app", "metadata_route"),
            "audience": ("AppBound", "AudienceProof", "CodeExchanged", "JwtAudience", "SignedByUs", "Unbound"),
            "credentials": ("AuthorizationCode", "Credential", "IdToken", "ProviderToken", "SignedPayload"),
            "settings.load": ("load_settings",),
            "errors": ("AccessDenied", "AccreditError", "ConfigurationError", "ExchangeError"),
            "audit.events": (
                "AnyEvent",
                "BlockedEvent",
                "ClientTokenEvent",
                "ErasedEvent",
                "ExchangeEvent",
                "IntrospectionEvent",
                "LinkedEvent",
                "NonceEvent",
                "OperationalEvent",
                "ProviderNoticeEvent",
                "RefreshEvent",
                "ReuseEvent",
                "RevocationEvent",
                "SessionEndedEvent",
                "TokenEvent",
                "TokeninfoEvent",
                "UnblockedEvent",
                "UnlinkedEvent",
                "UserinfoEvent",
                "VerifyEvent",
            ),
            "exchange.client": ("Client",),
            "exchange.exchange": ("Exchange",),
            "exchange.verifier": ("Verifier",),
            "hookspecs": ("hookimpl",),
            "keys": ("Signer",),
            "models": (
                "ExchangeRequest",
                "ExtraClaims",
                "Identity",
                "Login",
                "RefreshRequest",
                "Subject",
                "TokenSet",
                "Verification",
            ),
            "profile": ("Assurance", "Email", "Profile"),
            "revocation": ("RevocableToken",),
            "settings": ("CodeSettings", "ConnectionSettings", "Settings"),
            "strategy": ("Strategy", "VerifyContext"),
            "tokens.read": ("AccessToken",),
        },
    )

__all__ = [
    "AccessDenied",
    "AccessToken",
    "AccreditError",
    "AnyEvent",
    "AppBound",
    "Assurance",
    "AudienceProof",
    "AuthorizationCode",
    "BlockedEvent",
    "Client",
    "ClientTokenEvent",
    "CodeExchanged",
    "CodeSettings",
    "ConfigurationError",
    "ConnectionSettings",
    "Credential",
    "Email",
    "ErasedEvent",
    "Exchange",
    "ExchangeError",
    "ExchangeEvent",
    "ExchangeRequest",
    "ExtraClaims",
    "IdToken",
    "Identity",
    "IntrospectionEvent",
    "JwtAudience",
    "LinkedEvent",
    "Login",
    "NonceEvent",
    "OperationalEvent",
    "Profile",
    "ProviderNoticeEvent",
    "ProviderToken",
    "RefreshEvent",
    "RefreshRequest",
    "ReuseEvent",
    "RevocableToken",
    "RevocationEvent",
    "SessionEndedEvent",
    "Settings",
    "SignedByUs",
    "SignedPayload",
    "Signer",
    "Strategy",
    "Subject",
    "TokenEvent",
    "TokenSet",
    "TokeninfoEvent",
    "UnblockedEvent",
    "Unbound",
    "UnlinkedEvent",
    "UserinfoEvent",
    "Verification",
    "Verifier",
    "VerifyContext",
    "VerifyEvent",
    "create_app",
    "hookimpl",
    "load_settings",
    "metadata_route",
]
