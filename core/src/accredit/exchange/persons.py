"""What a host owes a person: to show what is stored, and to erase it."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from accredit.errors import ConfigurationError
from accredit.exchange.provider_tokens import ProviderTokens
from accredit.storage import (
    AuditQuery,
    AuditStore,
    Erasure,
    KeepsAudit,
    KeptToken,
    PersonStore,
    ProviderTokenStore,
    Storage,
    StoredLogin,
    StoredPerson,
)
from accredit.storage.rules import COMMIT_S, default_subject

Pause = Callable[[float], Awaitable[None]]
_PAGE = 500


def audit_of(storage: Storage) -> AuditStore | None:
    """Return where a storage keeps audit rows, None where it does not."""
    return storage.audit if isinstance(storage, KeepsAudit) else None


async def exported(storage: Storage, subject: str) -> dict[str, Any]:
    """Return all that is stored about a subject, as JSON values: no hash, no token, no secret.

    Raises:
        ConfigurationError: that storage cannot.
    """
    found = await _persons_of(storage).person(subject)
    stored = found.subject
    return {
        "subject": subject,
        "blocked": stored is not None and stored.blocked,
        "outdated_at": None if stored is None else stored.outdated_at,
        "identities": [
            {
                "namespace": one.namespace,
                "user_id": one.user_id,
                "linked_at": one.linked_at,
                "unlinked": one.unlinked,
            }
            for one in found.identities
        ],
        "sessions": [_session(login) for login in found.logins],
        "provider_tokens": [_kept(one) for one in await kept_tokens(storage, subject)],
        "audit": await _audit_rows(audit_of(storage), _names(subject, found)),
    }


async def is_known(storage: Storage, subject: str) -> bool:
    """Tell whether anything is stored about a subject, be it an audit row or that it was erased before.

    Raises:
        ConfigurationError: that storage cannot.
    """
    found = await _persons_of(storage).person(subject)
    if found.subject is not None or found.identities or found.logins or await kept_tokens(storage, subject):
        return True
    audit = audit_of(storage)
    return audit is not None and bool(await audit.find(AuditQuery(subjects=_names(subject, found), limit=1)))


async def kept_tokens(storage: Storage, subject: str) -> tuple[KeptToken, ...]:
    """Return the providers' tokens that a storage keeps of a subject."""
    return await storage.provider_tokens(subject) if isinstance(storage, ProviderTokenStore) else ()


async def erase(
    storage: Storage,
    subject: str,
    *,
    told: Callable[[], None],
    tokens: ProviderTokens | None = None,
    pause: Pause = asyncio.sleep,
) -> Erasure:
    """Erase a subject; `told` is called once its sessions and identities are gone.

    Then the providers of which `tokens` keeps a token are told, all at once; who cannot be told keeps up nothing.

    Audit rows come first: once the identities are gone nobody knows any more under which names they are. It goes on for
    `COMMIT_S`: what other servers were committing meanwhile is taken then, and rows of the audit table that were on
    their way. Where it fails, call it again.

    Raises:
        ConfigurationError: that storage cannot.
        StorageFailed: nothing is erased, or not everything.
    """
    persons = _persons_of(storage)
    names = _names(subject, await persons.person(subject))
    pseudonym = f"erased-{secrets.token_hex(8)}"
    await _pseudonymize(audit_of(storage), names, pseudonym)
    erasure = await persons.erase(subject)
    told()
    unrevoked = await _revoke(storage, subject, tokens)
    await pause(COMMIT_S)
    late = await persons.forget_ended(subject)
    unrevoked += await _revoke(storage, subject, tokens, but=unrevoked)
    await _pseudonymize(audit_of(storage), names, pseudonym)
    connections = tuple(sorted({one.connection for one in unrevoked}))
    return Erasure(erasure.identities, erasure.sessions + late, erasure.blocked, connections)


async def _revoke(
    storage: Storage, subject: str, tokens: ProviderTokens | None, *, but: tuple[KeptToken, ...] = ()
) -> tuple[KeptToken, ...]:
    """Revoke the tokens of logins that began before a subject's erasure; return those of which it could not be done."""
    stored = await storage.get(subject)
    if tokens is None or stored is None:
        return ()
    found = [one for one in await tokens.store.provider_tokens(subject) if one.subject_version < stored.version]
    return await tokens.revoke([one for one in found if one not in but])


def _persons_of(storage: Storage) -> PersonStore:
    if not isinstance(storage, PersonStore):
        raise ConfigurationError(
            f"the storage, a {type(storage).__name__}, can neither show nor erase a person: it lacks the methods of "
            "accredit.storage.PersonStore"
        )
    return storage


def _names(subject: str, found: StoredPerson) -> tuple[str, ...]:
    """Return what audit rows call a person: also as its identities were called before they were linked."""
    defaults = (default_subject(one.namespace, one.user_id) for one in found.identities)
    return tuple(dict.fromkeys((subject, *defaults)))


def _session(login: StoredLogin) -> dict[str, Any]:
    session = login.session.session
    return {
        "id": session.id,
        "client_id": session.client_id,
        "subject": session.subject,
        "connection": session.connection,
        "namespace": session.namespace,
        "user_id": session.user_id,
        "scope": session.scope,
        "audience": session.audience,
        "device": session.device,
        "claims": json.loads(session.claims),
        "auth_time": session.auth_time,
        "expires_at": session.expires_at,
        "kept_until": session.kept_until,
        "ended": login.session.ended,
        "refresh_tokens": [
            {"issued_at": issued_at, "replaced_at": replaced_at} for issued_at, replaced_at in login.refresh_tokens
        ],
    }


def _kept(token: KeptToken) -> dict[str, Any]:
    """Say that a token is kept, and nothing of it."""
    return {
        "connection": token.connection,
        "namespace": token.namespace,
        "user_id": token.user_id,
        "kind": token.kind,
        "kept_at": token.kept_at,
    }


async def _audit_rows(audit: AuditStore | None, names: tuple[str, ...]) -> list[dict[str, Any]]:
    if audit is None:
        return []
    from accredit.audit.table import fields_of_row  # who asks for no person needs none of it

    rows: list[dict[str, Any]] = []
    before_id: int | None = None
    while page := await audit.find(AuditQuery(subjects=names, before_id=before_id, limit=_PAGE)):
        rows[:0] = map(fields_of_row, page)
        before_id = page[0].id
    return rows


async def _pseudonymize(audit: AuditStore | None, names: tuple[str, ...], pseudonym: str) -> None:
    if audit is not None:
        for name in names:
            await audit.pseudonymize(name, pseudonym)
