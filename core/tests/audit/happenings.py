"""Everything that can happen, each with the events it must leave: what several tests walk through."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from core.tests.bench import GOOD, Bench
from core.tests.oauth.noticing import tell
from core.tests.oauth.presented import SVC, call
from core.tests.oauth.support import SECRET, ask

from accredit import (
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
    ProviderToken,
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
from accredit.errors import ExchangeError
from accredit.exchange.subjects import Subjects

Tokens = dict[str, str]
"""What a login has answered."""
SUBJECT = "acme|1000"
SCOPE = "openid profile offline_access"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


@dataclass(frozen=True)
class Happening:
    """Something that happens to a bench on which a user has logged in, with `tokens`."""

    act: Callable[[Bench, Tokens], Awaitable[object]]
    events: tuple[tuple[type[AnyEvent], str], ...]
    """The type and the name of each event, in order."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What the first of them says. `...` for anything at all."""


async def _login(wire: Bench, _: Tokens, **parameters: Any) -> httpx.Response:
    return await wire.post(scope=SCOPE, **parameters)


async def _link(wire: Bench, tokens: Tokens) -> httpx.Response:
    globex = {"connection": "globex", "access_token_secret": "s3cr3t"}
    return await wire.post(**globex, main_access_token=tokens["access_token"])


async def _verify(wire: Bench, token: str) -> object:
    with suppress(ExchangeError):
        return await wire.exchange.verify("acme", ProviderToken.of(token))
    return None


async def _refresh(wire: Bench, tokens: Tokens, **changed: Any) -> httpx.Response:
    good = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": tokens["refresh_token"]}
    return await ask(wire, **{**good, **changed})


async def _erase(wire: Bench) -> object:
    async def pause(_: float) -> None:
        """No other server is there to be waited for."""

    return await Subjects(wire.storage, emit=wire.exchange.engine.reporter.emit, pause=pause).erase(SUBJECT)


async def _reuse(wire: Bench, tokens: Tokens) -> httpx.Response:
    for _ in range(3):  # the third shows a token whose successor's successor is out
        replaced, tokens = tokens, (await _refresh(wire, tokens)).json()
        wire.clock.advance(1000)
    wire.forget()
    return await _refresh(wire, replaced)


async def _reuse_of_what_is_long_forgotten(wire: Bench, tokens: Tokens) -> httpx.Response:
    forgotten = tokens["refresh_token"][:-8] + "AAAAAAAA"
    return await _refresh(wire, {"refresh_token": forgotten})


async def _client(wire: Bench, **parameters: Any) -> httpx.Response:
    return await ask(wire, SVC, grant_type="client_credentials", **parameters)


async def _exchange(wire: Bench, **parameters: Any) -> httpx.Response:
    subject_token = {"subject_token": GOOD["access_token"], "subject_token_type": ACCESS_TOKEN}
    return await ask(
        wire, **{"grant_type": EXCHANGE, "client_id": "app", "connection": "acme", **subject_token, **parameters}
    )


async def _form_as_json(wire: Bench) -> httpx.Response:
    form = f"grant_type=client_credentials&client_id=svc&client_secret={SECRET}"
    return await wire.client.post("/oauth/token", content=form, headers={"Content-Type": "application/json"})


async def _login_by_form_as_json(wire: Bench) -> httpx.Response:
    return await wire.post_raw("&".join(f"{name}={value}" for name, value in GOOD.items()))


async def _bearer(wire: Bench, token: str) -> httpx.Response:
    return await wire.client.get("/userinfo", headers={"Authorization": f"Bearer {token}"})


async def _end_session(wire: Bench) -> bool:
    [session] = await wire.exchange.subjects.sessions(SUBJECT)
    return await wire.exchange.subjects.end_session(session.id)


async def _repeat_notice(wire: Bench, _: Tokens) -> httpx.Response:
    await tell(wire, ("test", None), id="1")
    wire.forget()
    return await tell(wire, ("test", None), id="1")


async def _unlink(wire: Bench) -> None:
    await wire.exchange.subjects.link("acme", "1000", SUBJECT)
    wire.forget()
    await wire.exchange.subjects.unlink("acme", "1000")


async def _lose_readiness(wire: Bench) -> object:
    await wire.exchange.close()
    status = (await wire.client.get("/readyz")).status_code
    await wire.exchange.open()
    return status


REFUSED = {"outcome": "refused", "subject": None}
OURS = {"outcome": "accepted", "reason": "ok", "status": 200, "client_id": "app", "subject": SUBJECT}
SESSION = {**OURS, "connection": "acme", "session_id": ...}

HAPPENINGS: dict[str, Happening] = {
    "login": Happening(_login, ((ExchangeEvent, "exchange.accepted"),), SESSION),
    "login, refused": Happening(
        lambda wire, tokens: _login(wire, tokens, access_token="bad-token"),
        ((ExchangeEvent, "exchange.refused"),),
        {**REFUSED, "reason": "invalid_token", "client_id": "app", "connection": "acme"},
    ),
    "login that cannot be read": Happening(
        lambda wire, _: wire.post_raw("{"), ((ExchangeEvent, "exchange.refused"),), {**REFUSED, "client_id": ""}
    ),
    "login by token exchange": Happening(
        lambda wire, _: _exchange(wire), ((ExchangeEvent, "exchange.accepted"),), OURS
    ),
    "login that links": Happening(
        _link,
        ((ExchangeEvent, "exchange.accepted"), (LinkedEvent, "subject.linked")),
        {**OURS, "connection": "globex", "linked": True},
    ),
    "first half": Happening(
        lambda wire, _: _verify(wire, "good-token"), ((VerifyEvent, "exchange.accepted"),), {"connection": "acme"}
    ),
    "first half, refused": Happening(
        lambda wire, _: _verify(wire, "bad-token"), ((VerifyEvent, "exchange.refused"),), REFUSED
    ),
    "refresh": Happening(_refresh, ((RefreshEvent, "token.refreshed"),), {**SESSION, "grant_type": "refresh_token"}),
    "refresh, refused": Happening(
        lambda wire, tokens: _refresh(wire, tokens, client_id="partner"),
        ((RefreshEvent, "token.refused"),),
        {"reason": "invalid_grant", "client_id": "partner", "subject": SUBJECT, "session_id": ...},
    ),
    "reuse": Happening(
        _reuse,
        ((ReuseEvent, "token.refused"),),
        {**SESSION, "outcome": "refused", "reason": "refresh_token_reused", "status": 403},
    ),
    "reuse of a token that is long forgotten": Happening(
        _reuse_of_what_is_long_forgotten,
        ((ReuseEvent, "token.refused"),),
        {**SESSION, "outcome": "refused", "reason": "refresh_token_reused", "status": 403},
    ),
    "client credentials": Happening(
        lambda wire, _: _client(wire),
        ((ClientTokenEvent, "token.issued"),),
        {"client_id": "svc", "subject": "svc@clients", "grant_type": "client_credentials"},
    ),
    "client credentials, refused": Happening(
        lambda wire, _: _client(wire, scope="everything"),
        ((ClientTokenEvent, "token.refused"),),
        {"client_id": "svc", "reason": "invalid_scope"},
    ),
    "unknown grant": Happening(
        lambda wire, _: ask(wire, grant_type="magic"), ((TokenEvent, "token.refused"),), {**REFUSED, "client_id": ""}
    ),
    "client that proves nothing": Happening(
        lambda wire, _: ask(wire, grant_type="client_credentials", client_id="svc", client_secret="wr0ng-secret"),
        ((TokenEvent, "token.refused"),),
        {"reason": "invalid_client", "grant_type": "client_credentials"},
    ),
    "nonce": Happening(
        lambda wire, _: call(wire, "/oauth/nonce", client_id="app", connection="acme"),
        ((NonceEvent, "nonce.issued"),),
        {"client_id": "app", "connection": "acme"},
    ),
    "nonce, refused": Happening(
        lambda wire, _: call(wire, "/oauth/nonce", client_id="app"), ((NonceEvent, "nonce.refused"),)
    ),
    "revocation": Happening(
        lambda wire, tokens: call(wire, "/oauth/revoke", client_id="app", token=tokens["refresh_token"]),
        ((RevocationEvent, "token.revoked"),),
        SESSION,
    ),
    "revocation of nothing": Happening(
        lambda wire, _: call(wire, "/oauth/revoke", client_id="app", token="nothing-of-ours"),
        ((RevocationEvent, "token.revocation_ignored"),),
        {"outcome": "accepted", "client_id": "app", "session_id": None},
    ),
    "revocation, refused": Happening(
        lambda wire, _: call(wire, "/oauth/revoke", client_id="app"), ((RevocationEvent, "revocation.refused"),)
    ),
    "introspection": Happening(
        lambda wire, tokens: call(wire, "/oauth/introspect", SVC, token=tokens["access_token"]),
        ((IntrospectionEvent, "token.introspected"),),
        {"client_id": "svc", "subject": SUBJECT},
    ),
    "introspection, refused": Happening(
        lambda wire, tokens: call(wire, "/oauth/introspect", client_id="app", token=tokens["access_token"]),
        ((IntrospectionEvent, "introspection.refused"),),
    ),
    "userinfo": Happening(
        lambda wire, tokens: _bearer(wire, tokens["access_token"]), ((UserinfoEvent, "userinfo.stated"),), OURS
    ),
    "userinfo, refused": Happening(
        lambda wire, tokens: _bearer(wire, tokens["access_token"][:-2]), ((UserinfoEvent, "userinfo.refused"),), REFUSED
    ),
    "tokeninfo": Happening(
        lambda wire, tokens: call(wire, "/tokeninfo", id_token=tokens["id_token"]),
        ((TokeninfoEvent, "tokeninfo.stated"),),
        OURS,
    ),
    "tokeninfo, refused": Happening(
        lambda wire, tokens: call(wire, "/tokeninfo", id_token=tokens["access_token"]),
        ((TokeninfoEvent, "tokeninfo.refused"),),
        REFUSED,
    ),
    "notice": Happening(
        lambda wire, _: tell(wire, ("credential_change_required", "1000"), id="1"),
        ((ProviderNoticeEvent, "notice.received"),),
        {"subject": SUBJECT, "connection": "acme", "status": 204, "kinds": ("credential_change_required",)},
    ),
    "notice, repeated": Happening(
        _repeat_notice,
        ((ProviderNoticeEvent, "notice.repeated"),),
        {"subject": None, "connection": "acme", "status": 204, "kinds": ("test",)},
    ),
    "notice, refused": Happening(
        lambda wire, _: call(wire, "/notices/acme"),
        ((ProviderNoticeEvent, "notice.refused"),),
        {**REFUSED, "reason": "invalid_notice", "connection": "acme"},
    ),
    "notice that ends a session": Happening(
        lambda wire, _: tell(wire, ("consent_revoked", "1000")),
        ((SessionEndedEvent, "session.ended"), (ProviderNoticeEvent, "notice.received")),
        {"subject": SUBJECT, "session_id": ..., "by": "notice"},
    ),
    "link by the host": Happening(
        lambda wire, _: wire.exchange.subjects.link("globex", "5", SUBJECT),
        ((LinkedEvent, "subject.linked"),),
        {"subject": SUBJECT, "namespace": "globex", "user_id": "5", "client_id": "", "outcome": "accepted"},
    ),
    "unlink": Happening(
        lambda wire, _: _unlink(wire),
        ((UnlinkedEvent, "subject.unlinked"),),
        {"subject": SUBJECT, "namespace": "acme", "user_id": "1000"},
    ),
    "block": Happening(
        lambda wire, _: wire.exchange.subjects.block(SUBJECT),
        ((BlockedEvent, "subject.blocked"),),
        {"subject": SUBJECT, "status": None, "alert": False},
    ),
    "unblock": Happening(
        lambda wire, _: wire.exchange.subjects.unblock(SUBJECT), ((UnblockedEvent, "subject.unblocked"),)
    ),
    "erasure": Happening(
        lambda wire, _: _erase(wire), ((ErasedEvent, "subject.erased"),), {"subject": SUBJECT, "status": None}
    ),
    "session ended by the host": Happening(
        lambda wire, _: _end_session(wire),
        ((SessionEndedEvent, "session.ended"),),
        {"subject": SUBJECT, "session_id": ..., "client_id": "app", "connection": "acme"},
    ),
    "form as JSON": Happening(
        lambda wire, _: _form_as_json(wire),
        ((OperationalEvent, "request.form_as_json"), (ClientTokenEvent, "token.issued")),
        {"client_id": "svc", "outcome": None},
    ),
    "login by a form as JSON": Happening(
        lambda wire, _: _login_by_form_as_json(wire),
        ((OperationalEvent, "request.form_as_json"), (ExchangeEvent, "exchange.accepted")),
        {"client_id": "app"},
    ),
    "not ready": Happening(
        lambda wire, _: _lose_readiness(wire),
        ((OperationalEvent, "readiness.lost"),),
        {"alert": True, "level": "critical", "outcome": None},
    ),
}
