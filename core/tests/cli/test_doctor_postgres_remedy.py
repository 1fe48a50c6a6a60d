"""What `doctor` says to change follows what stands in the way."""

import socket

import asyncpg
import pytest

from accredit.cli.checkup.postgres_remedy import remedy
from accredit.storage.postgres.address import read
from accredit.storage.postgres.examination import unusable

URL = "postgresql://ada:hunter2@db/accredit"


def remedy_of(cause: Exception) -> str:
    error = unusable(cause, read(URL))
    error.__cause__ = cause  # as `raise … from` sets it
    return remedy(error, URL)


@pytest.mark.parametrize(
    ("cause", "begins"),
    [
        (asyncpg.InvalidPasswordError("no"), "correct the password"),
        (asyncpg.InvalidAuthorizationSpecificationError("no pg_hba.conf entry"), "let this role in"),
        (asyncpg.InvalidCatalogNameError("no"), "make the database (CREATE DATABASE)"),
        (asyncpg.InsufficientPrivilegeError("permission denied"), "give this role the rights"),
        (asyncpg.TooManyConnectionsError("too many"), "let other programs hold fewer connections"),
        (asyncpg.ClientConfigurationError('root certificate file "/x" does not exist'), "correct sslmode"),
        (ConnectionError("rejected SSL upgrade"), "correct sslmode"),
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "correct the host"),
        (TimeoutError(), "look at the server, and the firewalls"),
        (ConnectionRefusedError(111, "refused"), "start the server"),
        (FileNotFoundError(2, "no socket"), "start the server"),
        (asyncpg.CannotConnectNowError("starting up"), "wait until the server is ready"),
        (asyncpg.InterfaceError("hunter2"), "correct storage.url, or what the message names"),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else "",
)
def test_each_cause_has_its_own_and_starting_the_server_is_said_only_where_that_helps(
    cause: Exception, begins: str
) -> None:
    assert remedy_of(cause).startswith(begins)
