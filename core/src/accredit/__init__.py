"""Accredit: exchange a social provider's token for your own.

A map of the package, in the order a request travels:

* `asgi` and `oauth/`: the HTTP edge. `create_app` is the way in.
* `exchange`: the ordered list of steps; `steps/` has one file for each. `engine` holds the parts they work with.
* `plugins` finds strategies; `strategy` is their contract, `hookspecs` every hook on one screen.
* `http`, `jwks`, `id_token`, `jose`: the only ways to reach a provider or to touch a signature.
* `keys`, `storage/`: what is on disk. `audit`, `events`, `logs`: what operators see.
* `settings/`, `configuration`: what operators say. `errors`: everything that can go wrong, drawn as a tree.
* `models`, `profile`, `audience`: the values that travel.
* `testing/`: the kit for plugin authors. `cli/`: the command line.

A public name is imported when it is first asked for: see `_on_demand`.
"""

from typing import TYPE_CHECKING

from accredit._on_demand import on_demand

if TYPE_CHECKING:
    from accredit.asgi import create_app, metadata_route
    from accredit.audience import AppBound, AudienceProof, JwtAudience, SignedByUs, Unbound
    from accredit.audit.events import ExchangeEvent
    from accredit.errors import AccessDenied, AccreditError, ConfigurationError, ExchangeError
    from accredit.exchange.exchange import Exchange
    from accredit.hookspecs import hookimpl
    from accredit.keys import Signer
    from accredit.models import (
        ExchangeRequest,
        ExtraClaims,
        Identity,
        Login,
        ProviderToken,
        Subject,
        TokenSet,
        Verification,
    )
    from accredit.profile import Assurance, Email, Profile
    from accredit.settings import ConnectionSettings, Settings
    from accredit.settings.load import load_settings
    from accredit.strategy import Strategy, VerifyContext
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "asgi": ("create_app", "metadata_route"),
            "audience": ("AppBound", "AudienceProof", "JwtAudience", "SignedByUs", "Unbound"),
            "settings.load": ("load_settings",),
            "errors": ("AccessDenied", "AccreditError", "ConfigurationError", "ExchangeError"),
            "audit.events": ("ExchangeEvent",),
            "exchange.exchange": ("Exchange",),
            "hookspecs": ("hookimpl",),
            "keys": ("Signer",),
            "models": (
                "ExchangeRequest",
                "ExtraClaims",
                "Identity",
                "Login",
                "ProviderToken",
                "Subject",
                "TokenSet",
                "Verification",
            ),
            "profile": ("Assurance", "Email", "Profile"),
            "settings": ("ConnectionSettings", "Settings"),
            "strategy": ("Strategy", "VerifyContext"),
        },
    )

__all__ = [
    "AccessDenied",
    "AccreditError",
    "AppBound",
    "Assurance",
    "AudienceProof",
    "ConfigurationError",
    "ConnectionSettings",
    "Email",
    "Exchange",
    "ExchangeError",
    "ExchangeEvent",
    "ExchangeRequest",
    "ExtraClaims",
    "Identity",
    "JwtAudience",
    "Login",
    "Profile",
    "ProviderToken",
    "Settings",
    "SignedByUs",
    "Signer",
    "Strategy",
    "Subject",
    "TokenSet",
    "Unbound",
    "Verification",
    "VerifyContext",
    "create_app",
    "hookimpl",
    "load_settings",
    "metadata_route",
]
