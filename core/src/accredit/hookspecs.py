"""Every hook, on one screen.

======================  =================================  ==========================  ===========================
hook                    when, how often                    returns                     if it raises
======================  =================================  ==========================  ===========================
`strategies`            once, at start-up                  `Strategy` classes          start-up stops
`simulators`            once, in tests, `dev`, `demo`      `Simulator` classes         the command stops
`signer`                once, at start-up                  a `Signer`, or None         start-up stops
`resolve_subject`       each exchange, after the profile   `Subject`, or None to pass  refused, 500 with an alert
`subject_active`        each use of a token of ours        False: no; None to pass     refused, 500 with an alert
`link_identity`         a signed-in user adds a login      `Subject`, or None to pass  refused, 500 with an alert
`unlink_identity`       the host takes a login off         nothing                     nothing is changed
`authorize`             each exchange, subject known       None; raise `AccessDenied`  refused; any other: 500
`claims`                each exchange, once authorized     `ExtraClaims` or None       refused, 500 with an alert
`provider_notice`       a provider says a user has left    nothing                     logged, nothing else
`annotate`              whatever happens, unlogged yet     fields for its log line     logged, without fields
`observe`               whatever happens, once it has      nothing                     logged, nothing else
`measure`               once, at start-up                  nothing                     start-up stops
======================  =================================  ==========================  ===========================

A plugin is a module or object whose functions carry `@hookimpl`::

    from accredit import hookimpl, AccessDenied

    class OnlyStaff:
        @hookimpl
        async def authorize(self, login):
            if not login.identity.user_id.startswith("1"):
                raise AccessDenied("staff only")

    exchange = Exchange(settings, plugins=[OnlyStaff()])

Or an entry point of the group `accredit.plugins` names it, and the settings switch it on, in `plugins.enabled`.

Hooks run in the order the plugins were given, those of `plugins=` first. All but `annotate`, `observe`, `measure` and
the registration hooks are coroutines; start-up refuses the other kind, a misspelt name, and a function that is called
like a hook but is not marked. `AccessDenied` refuses with 401 from any of the coroutines but `subject_active`, and all
calls, hooks and reads of one exchange share `limits.exchange_timeout_s`.

`authorize` and `claims` also run at each refresh, with the login that goes on: `login.is_refresh` is true then, the
profile has only what that login's scopes opened, and `login.identity.audience` is None.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pluggy

from accredit.audit.events import AnyEvent
from accredit.audit.readings import Readings
from accredit.keys import Signer
from accredit.models import ExtraClaims, Identity, Login, Subject
from accredit.notices import ProviderNotice
from accredit.strategy import Strategy

hookspec = pluggy.HookspecMarker("accredit")
hookimpl = pluggy.HookimplMarker("accredit")
"""Marks a function of a plugin as the implementation of the hook of that name."""


@hookspec
def strategies() -> Iterable[type[Strategy[Any]]]:
    """Name the strategies this plugin brings; each `name` must be an entry point of its distribution."""
    raise NotImplementedError


@hookspec
def simulators() -> Iterable[type[Any]]:
    """Name the simulators of this plugin's providers: subclasses of `accredit.testing.Simulator`.

    Import them inside: they need `accredit[testing]`, which a server does without.
    """
    raise NotImplementedError


@hookspec
def signer() -> Signer | None:
    """Return a signing key that lives elsewhere. The first signs; further plugins' are published, and only verify."""
    raise NotImplementedError


@hookspec
async def resolve_subject(identity: Identity, client_id: str) -> Subject | None:
    """Return our user for a verified identity. The first that is not None wins; by default `<namespace>|<user id>`.

    Not asked about an identity that a signed-in user is adding: see `link_identity`.
    """
    raise NotImplementedError


@hookspec
async def link_identity(identity: Identity, subject: str, client_id: str) -> Subject | None:
    """Give the identity to `subject`, who is signed in, and return whose it is now; None leaves it to our own store.

    The first that is not None wins. Another subject than `subject` means that the identity was somebody else's, and
    refuses. Called last, when the login is authorized; it may be called again for what is linked already.
    """
    raise NotImplementedError


@hookspec
async def unlink_identity(namespace: str, user_id: str, subject: str | None) -> None:
    """Forget whose the identity is: it is being taken off by `exchange.subjects.unlink`.

    `subject` is whose it is in our own store, None where that knows nothing. Every plugin is told; one that raises
    stops it, and what comes after it is left as it was. May be called again for what is forgotten already.
    """
    raise NotImplementedError


@hookspec
async def subject_active(subject: str, client_id: str) -> bool | None:
    """Say whether a subject may still be here: False refuses it, whatever others say, and None has no opinion.

    Asked at the end of each exchange and each refresh, at `/userinfo`, `/tokeninfo` and `/oauth/introspect`, and of a
    user's token that is sent as `main_access_token` or as a required bearer. Be quick: each of these waits.
    """
    raise NotImplementedError


@hookspec
async def authorize(login: Login) -> None:
    """Refuse a login by raising `AccessDenied` with a sentence for the user."""
    raise NotImplementedError


@hookspec
async def claims(login: Login) -> ExtraClaims | None:
    """Add claims to our tokens. Reserved names are refused."""
    raise NotImplementedError


@hookspec
async def provider_notice(notice: ProviderNotice) -> None:
    """Act on what a provider tells of its own accord: a user has left, or wants to be forgotten.

    Called for each event that a notice holds, once what `notice.effects` names is done here, and before the provider
    has its answer: be quick. Called again where that answer failed.
    """
    raise NotImplementedError


@hookspec
def annotate(event: AnyEvent) -> Mapping[str, str] | None:
    """Return what else the log line of an event is to say, such as the id of a trace. Must not block.

    What an event says by itself stays as it is. Called where it happens, before `observe`.
    """
    raise NotImplementedError


@hookspec
def observe(event: AnyEvent) -> None:
    """Take note of what has happened: tell by its type what it is. Holds no secrets. Must not block."""
    raise NotImplementedError


@hookspec
def measure(readings: Readings) -> None:
    """Take what reads the gauges of an exchange: call it whenever somebody wants to know, and keep it weakly."""
    raise NotImplementedError
