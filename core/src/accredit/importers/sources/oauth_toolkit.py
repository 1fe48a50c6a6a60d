"""django-oauth-toolkit: applications, and refresh tokens that go on working.

Source: oauth2_provider/models.py and oauth2_validators.py (`validate_refresh_token`). Its `token_checksum` is the
SHA-256 of the token in hex, as we store our own: so a token moves although nobody reads it. Before version 3.1 only
access tokens had one, and the token itself stands in the table; later it may be blank. One that was revoked, or whose
access token is gone, is refused there, and so it is here.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.importers.options import ImportOptions
from accredit.importers.records import Application, LeftOut, OldRefreshToken, Reading, apart
from accredit.importers.rows.tables import Tables
from accredit.importers.rows.users import Users, read_users
from accredit.importers.rows.values import epoch_seconds, json_value
from accredit.settings import CLIENT_CREDENTIALS_GRANT, REFRESH_TOKEN_GRANT

NAME = "django-oauth-toolkit"
_APPLICATIONS, _ACCESS = "oauth2_provider_application", "oauth2_provider_accesstoken"
_REFRESH = "oauth2_provider_refreshtoken"


def read(tables: Tables, options: ImportOptions) -> Reading:
    """Read the applications and the live refresh tokens.

    Raises:
        ConfigurationError: a table is not there.
    """
    users = read_users(tables, "auth_user", options)
    survey = _survey(tables)
    access = {row["id"]: row for row in tables.rows(_ACCESS, ("id", "scope", "expires")) if row["id"] in survey.access}
    columns = ("id", "client_id", "client_type", "authorization_grant_type")
    clients = {row["id"]: row for row in tables.rows(_APPLICATIONS, columns, ("allowed_origins",))}
    tokens, left_out = apart(
        _judged(row, users, access.get(row["access_token_id"]), clients.get(row["application_id"]), survey, options)
        for row in _rows(tables)
    )
    scopes: dict[str, set[str]] = defaultdict(set)
    for token in tokens:
        scopes[token.client_id].update(token.scopes)
    return Reading(
        source=NAME,
        refresh_tokens=tokens,
        applications=tuple(_application(row, scopes[row["client_id"]]) for row in clients.values()),
        left_out=left_out,
        notes=users.notes,
    )


def _application(row: Mapping[str, Any], scopes: set[str]) -> Application:
    is_machine = row["authorization_grant_type"] == "client-credentials"
    return Application(
        row=f"{_APPLICATIONS} {row['id']}",
        client_id=row["client_id"],
        is_confidential=row["client_type"] != "public",
        grant_types=frozenset({CLIENT_CREDENTIALS_GRANT if is_machine else REFRESH_TOKEN_GRANT}),
        scopes=frozenset(scopes),
        origins=tuple((row["allowed_origins"] or "").split()),
    )


def _rows(tables: Tables) -> Iterator[dict[str, Any]]:
    required = ["id", "user_id", "application_id", "access_token_id", "created", "revoked"]
    if "token_checksum" not in tables.columns(_REFRESH):
        required.append("token")  # read only where there is nothing else
    return tables.rows(_REFRESH, required, ("token_checksum", "token_family", "resource"))


@dataclass(frozen=True, slots=True)
class _Survey:
    """What must be known of all rows before one of them is judged."""

    access: set[object] = field(default_factory=set)
    """The access tokens of live ones: there may be millions of others."""
    live: Counter[str | None] = field(default_factory=Counter)
    """How many live rows have a hash."""
    began: dict[object, int] = field(default_factory=dict)
    """When the first token of a family was issued that is still there: the login was then, or before."""


def _survey(tables: Tables) -> _Survey:
    survey = _Survey()
    for row in _rows(tables):
        if row["revoked"] is None:
            survey.access.add(row["access_token_id"])
            survey.live[_hash_of(row)] += 1
        family, created = row["token_family"], epoch_seconds(row["created"])
        if family is not None and created is not None:
            survey.began[family] = min(created, survey.began.get(family, created))
    return survey


def _judged(
    row: Mapping[str, Any],
    users: Users,
    bound: Mapping[str, Any] | None,
    client: Mapping[str, Any] | None,
    survey: _Survey,
    options: ImportOptions,
) -> OldRefreshToken | LeftOut:
    name, token_hash, created = f"{_REFRESH} {row['id']}", _hash_of(row), epoch_seconds(row["created"])
    problem = _problem_of(row, bound, users, is_twice=survey.live[token_hash] > 1)
    if problem is not None or bound is None:
        return LeftOut("refresh token", name, str(problem))
    if client is None or created is None or token_hash is None:
        return LeftOut("refresh token", name, "its application, its time or its checksum cannot be read")
    resources = json_value(row["resource"]) or []
    return OldRefreshToken(
        row=name,
        token_hash=token_hash,
        user=str(users.subject_of(row["user_id"])),
        client_id=client["client_id"],
        is_confidential=client["client_type"] != "public",
        scopes=tuple(bound["scope"].split()),
        audience=resources[0] if resources else None,
        issued_at=created,
        auth_time=min(created, survey.began.get(row["token_family"], created)),
        ends_at=_ends_at(bound, options),
    )


def _problem_of(row: Mapping[str, Any], bound: Mapping[str, Any] | None, users: Users, *, is_twice: bool) -> str | None:
    if row["revoked"] is not None:
        return "it was revoked, or used up"
    if bound is None:
        return "its access token is gone, so that the old server refuses it, too"
    if is_twice:
        return "two rows have the same token"
    if problem := users.problem_of(row["user_id"]):
        return problem
    resources = json_value(row["resource"]) or []
    if not isinstance(resources, list) or len(resources) > 1:
        return "it is for several APIs at once; a token of ours is for one"
    subject = users.subject_of(row["user_id"])
    return None if subject is not None and users.active[subject] else "the user is deactivated"


def _hash_of(row: Mapping[str, Any]) -> str | None:
    checksum = row["token_checksum"]
    if isinstance(checksum, str) and len(checksum) == 64:
        return checksum.lower()
    token = row.get("token")
    return hashlib.sha256(token.encode()).hexdigest() if isinstance(token, str) and token else None


def _ends_at(bound: Mapping[str, Any], options: ImportOptions) -> int | None:
    """Return when the old server would refuse the token: `REFRESH_TOKEN_EXPIRE_SECONDS` after its access token."""
    expires = epoch_seconds(bound["expires"])
    if options.refresh_ttl_s is None:
        return None
    return 0 if expires is None else expires + options.refresh_ttl_s
