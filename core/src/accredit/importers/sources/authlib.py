"""Authlib's tables, of a host's models with `OAuth2ClientMixin` and `OAuth2TokenMixin`.

Source: authlib/integrations/sqla_oauth2. The refresh token stands there in clear: it is hashed as it is read, and goes
no further. How long one lives is the host's own code, not a column. Who somebody is at a provider Authlib does not
keep: the identities must have come from elsewhere before.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from accredit.importers.options import ImportOptions
from accredit.importers.records import Application, LeftOut, OldRefreshToken, Reading, apart
from accredit.importers.rows.tables import Tables
from accredit.importers.rows.users import Users, read_users
from accredit.importers.rows.values import epoch_seconds, json_value
from accredit.settings import CLIENT_CREDENTIALS_GRANT, REFRESH_TOKEN_GRANT

NAME = "authlib"
_CLIENTS, _TOKENS = "oauth2_client", "oauth2_token"


def read(tables: Tables, options: ImportOptions) -> Reading:
    """Read the clients and the live refresh tokens.

    Raises:
        ConfigurationError: a table is not there.
    """
    users = read_users(tables, "user", options)
    name = tables.name(_CLIENTS)
    clients = tuple(_application(name, row) for row in tables.rows(_CLIENTS, ("client_id", "client_metadata")))
    public = frozenset(one.client_id for one in clients if not one.is_confidential)
    tokens, left_out = apart(_refresh_tokens(tables, users, public, options))
    return Reading(
        source=NAME,
        refresh_tokens=tokens,
        applications=clients,
        left_out=left_out,
        notes=users.notes,
    )


def _application(table: str, row: Mapping[str, Any]) -> Application:
    read = json_value(row["client_metadata"])
    metadata = read if isinstance(read, dict) else {}
    grants = {REFRESH_TOKEN_GRANT, CLIENT_CREDENTIALS_GRANT}.intersection(metadata.get("grant_types", ()))
    return Application(
        row=f"{table} {row['client_id']}",
        client_id=row["client_id"],
        is_confidential=metadata.get("token_endpoint_auth_method", "client_secret_basic") != "none",
        grant_types=frozenset(grants),
        scopes=frozenset(str(metadata.get("scope", "")).split()),
    )


def _refresh_tokens(
    tables: Tables, users: Users, public: frozenset[str], options: ImportOptions
) -> Iterator[OldRefreshToken | LeftOut]:
    required = ("id", "user_id", "client_id", "refresh_token", "scope", "issued_at")
    table = tables.name(_TOKENS)
    # `revoked` is what it was before version 1.0.
    rows = list(tables.rows(_TOKENS, required, ("refresh_token_revoked_at", "access_token_revoked_at", "revoked")))
    held = Counter(row["refresh_token"] for row in rows if row["refresh_token"])
    for row in rows:
        token = row["refresh_token"]
        if not token:
            continue
        name, issued_at = f"{table} {row['id']}", epoch_seconds(row["issued_at"])
        problem = _problem_of(row, users, is_twice=held[token] > 1)
        if problem is not None or issued_at is None:
            yield LeftOut("refresh token", name, problem or "its time cannot be read")
            continue
        yield OldRefreshToken(
            row=name,
            token_hash=hashlib.sha256(token.encode()).hexdigest(),
            user=str(users.subject_of(row["user_id"])),
            client_id=row["client_id"],
            is_confidential=row["client_id"] not in public,
            scopes=tuple((row["scope"] or "").split()),
            issued_at=issued_at,
            auth_time=issued_at,
            ends_at=None if options.refresh_ttl_s is None else issued_at + options.refresh_ttl_s,
        )


def _problem_of(row: Mapping[str, Any], users: Users, *, is_twice: bool) -> str | None:
    if any(row[flag] for flag in ("refresh_token_revoked_at", "access_token_revoked_at", "revoked")):
        return "it was revoked, or used up"
    if is_twice:
        return "two rows have the same token"
    if problem := users.problem_of(row["user_id"]):
        return problem
    subject = users.subject_of(row["user_id"])
    return None if subject is not None and users.active[subject] else "the user is deactivated"
