"""Rows that the packages' own code does not leave behind any more, or that somebody has tampered with."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest

from accredit.errors import ConfigurationError
from accredit.importers import ImportOptions, LeftOut, Reading, read

ACCOUNTS, ACCESS, REFRESH = "social_auth_usersocialauth", "oauth2_provider_accesstoken", "oauth2_provider_refreshtoken"
AT = "2026-11-26 08:00:00"
AT_S = 1_795_680_000


class Rows:
    """A database of dictionaries; a table's columns are those of its first row."""

    def __init__(self, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self._tables = tables

    def columns(self, table: str, /) -> frozenset[str]:
        return frozenset(self._tables[table][0]) if table in self._tables else frozenset()

    def rows(self, table: str, columns: Sequence[str], /) -> Iterable[Sequence[object]]:
        return [[row[column] for column in columns] for row in self._tables[table]]


def social(*rows: Mapping[str, Any], users: Sequence[Mapping[str, Any]] = (), **options: Any) -> Reading:
    """Read accounts whose users are active."""
    full = [{"id": number, "provider": "acme", "uid": "1", **row} for number, row in enumerate(rows, 1)]
    people = users or [{"id": row["user_id"], "is_active": True} for row in rows]
    return read("social-auth-app-django", Rows({"auth_user": people, ACCOUNTS: full}), ImportOptions(**options))


def reason(reading: Reading) -> str:
    [left_out] = [one for one in reading.left_out if one.kind == "identity"]
    return left_out.reason


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (None, "it is no user's"),
        (7.0, "the user's id is a float, which cannot be read exactly"),
        ("acme|2", "the user's id holds a |, as the subjects of identities do"),
        (
            "a b",
            "the user's id is not 1 to 255 printable ASCII characters without blanks, so it cannot become `sub`",
        ),
        (
            UUID(int=1).hex,
            "the user's id is 32 hex digits: say --user-ids uuid if the primary key is a UUID, else --user-ids text",
        ),
    ],
)
@pytest.mark.threat(41)
def test_a_user_whose_id_cannot_be_ours_is_left_out_with_the_reason(key: object, why: str) -> None:
    reading = social({"user_id": key})
    assert reading.accounts == ()
    assert reason(reading) == why


def test_a_users_uuid_is_what_their_model_shows() -> None:
    [account] = social({"user_id": UUID(int=1).hex}, user_ids="uuid").accounts
    assert account.user == "00000000-0000-0000-0000-000000000001"


def test_an_account_of_a_user_who_was_deleted_is_nobodys() -> None:
    assert reason(social({"user_id": 1}, users=[{"id": 2, "is_active": True}])) == "the user is not there any more"


def test_an_id_with_a_blank_or_a_bar_is_none() -> None:
    for uid in ("a b", "a|b", "", "x" * 201):
        why = "its id is not 1 to 200 printable ASCII characters without | or blanks"
        assert reason(social({"user_id": 1, "uid": uid})) == why


def test_a_number_that_went_through_a_float_is_no_id_of_facebooks() -> None:
    why = "its id is not of the form of that provider's, which are digits"
    for uid in ("1.0158000000000001e+16", "10158000000000001.0", "١٢٣"):
        assert reason(social({"user_id": 1, "uid": uid, "provider": "facebook"})) == why


def test_a_table_of_users_without_a_flag_counts_them_as_active_and_says_so() -> None:
    reading = social({"user_id": 1}, users=[{"id": 1}])
    assert len(reading.accounts) == 1
    assert reading.notes == ("table 'auth_user' has no column is_active or active: everybody counts as active",)


def test_an_allauth_token_whose_app_was_deleted_tells_no_app() -> None:
    tables: Mapping[str, Sequence[Mapping[str, Any]]] = {
        "auth_user": [{"id": 1, "is_active": 1}],
        "socialaccount_socialaccount": [{"id": 1, "provider": "facebook", "uid": "5", "user_id": 1}],
        "socialaccount_socialapp": [
            {"id": 9, "provider": "openid_connect", "provider_id": "linkedin", "client_id": "x"}
        ],
        "socialaccount_socialtoken": [{"id": 1, "app_id": None, "account_id": 1}],
    }
    [account] = read("django-allauth", Rows(tables), ImportOptions()).accounts
    assert account.apps == frozenset()


def toolkit(*rows: Mapping[str, Any], expires: object = AT, **options: Any) -> Reading:
    """Read refresh tokens of a table as it was before it had checksums."""
    values = {"user_id": 1, "application_id": 1, "access_token_id": 1, "created": AT, "revoked": None}
    full = [{"id": number, **values, **row} for number, row in enumerate(rows, 1)]
    client = {"id": 1, "client_id": "my-app", "client_type": "public", "authorization_grant_type": "password"}
    tables: Mapping[str, Sequence[Mapping[str, Any]]] = {
        "auth_user": [{"id": 1, "is_active": 1}],
        "oauth2_provider_application": [client],
        ACCESS: [{"id": 1, "scope": "read write", "expires": expires, "application_id": 1}],
        REFRESH: full,
    }
    return read("django-oauth-toolkit", Rows(tables), ImportOptions(**options))


def left_out(reading: Reading) -> Sequence[LeftOut]:
    return [one for one in reading.left_out if one.kind == "refresh token"]


def test_a_token_in_clear_of_an_older_table_is_hashed_as_it_is_read() -> None:
    reading = toolkit({"token": "in clear"})
    [token] = reading.refresh_tokens
    assert token.token_hash == hashlib.sha256(b"in clear").hexdigest()
    assert (token.client_id, token.scopes, token.issued_at) == ("my-app", ("read", "write"), AT_S)
    assert "in clear" not in repr(reading)
    assert token.token_hash not in repr(reading)


def test_a_token_that_two_live_rows_hold_is_left_out() -> None:
    found = left_out(toolkit({"token": "same"}, {"token": "same"}, {"token": "same", "revoked": AT}))
    assert [one.reason for one in found] == ["two rows have the same token"] * 2 + ["it was revoked, or used up"]


@pytest.mark.parametrize("change", [{"created": "yesterday"}, {"token": ""}, {"application_id": 2}])
def test_a_row_that_cannot_be_read_is_left_out(change: Mapping[str, Any]) -> None:
    [found] = left_out(toolkit({"token": "a", **change}))
    assert found.reason == "its application, its time or its checksum cannot be read"


def test_a_token_of_a_deleted_user_is_left_out() -> None:
    [found] = left_out(toolkit({"token": "a", "user_id": 2}))
    assert found.reason == "the user is not there any more"


def test_a_login_is_as_old_as_the_first_token_of_its_family() -> None:
    earlier = {"token": "first", "created": "2026-11-01 08:00:00", "revoked": AT, "token_family": "f"}
    for rows in ([earlier, {"token": "now", "token_family": "f"}], [{"token": "now", "token_family": "f"}, earlier]):
        [token] = toolkit(*rows).refresh_tokens
        assert (token.issued_at, token.auth_time) == (AT_S, AT_S - 25 * 86_400)


def test_a_token_for_one_api_is_for_that_and_one_for_several_is_left_out() -> None:
    api, more = '["https://api.example.com"]', '["https://api.example.com", "https://more.example.com"]'
    reading = toolkit(
        {"token": "a", "resource": api}, {"token": "b", "resource": more}, {"token": "c", "resource": "[]"}
    )
    assert [token.audience for token in reading.refresh_tokens] == ["https://api.example.com", None]
    assert [one.reason for one in left_out(reading)] == ["it is for several APIs at once; a token of ours is for one"]


@pytest.mark.parametrize(("expires", "ends_at"), [(AT, AT_S + 60), ("never", 0)])
def test_a_lifetime_counts_from_the_end_of_the_access_token(expires: str, ends_at: int) -> None:
    [token] = toolkit({"token": "a"}, expires=expires, refresh_ttl_s=60).refresh_tokens
    assert token.ends_at == ends_at


def test_an_authlib_token_without_a_readable_time_is_left_out() -> None:
    row = {"id": 1, "user_id": 1, "client_id": "a", "refresh_token": "t", "scope": None, "issued_at": None}
    tables: Mapping[str, Sequence[Mapping[str, Any]]] = {
        "user": [{"id": 1}],
        "oauth2_client": [{"client_id": "a", "client_metadata": None}],
        "oauth2_token": [row, {**row, "id": 2, "refresh_token": "u", "issued_at": AT_S, "user_id": 2}],
    }
    reading = read("authlib", Rows(tables), ImportOptions())
    assert [one.reason for one in reading.left_out] == ["its time cannot be read", "the user is not there any more"]
    [application] = reading.applications
    assert application.is_confidential  # Authlib's own default


def test_a_source_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="there is no source 'auth0'; there is: django-allauth"):
        read("auth0", Rows({}), ImportOptions())
