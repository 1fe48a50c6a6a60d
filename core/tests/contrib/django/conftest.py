"""One Django project for all tests in this folder, and its databases."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import django
import pytest
from core.tests.postgres import Postgres
from django.core.management import call_command
from django.db import connections, transaction
from django.test.utils import setup_databases, setup_test_environment, teardown_databases, teardown_test_environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.tests.contrib.django.settings")
django.setup()

from core.tests.contrib.django.databases import database, postgresql  # noqa: E402 - it needs the models
from core.tests.contrib.django.shop import Shop, open_shop  # noqa: E402 - it needs the models


@pytest.fixture(scope="session")
def databases() -> Iterator[None]:
    """Return once the tables are there, in databases that end with the tests."""
    setup_test_environment()
    made = setup_databases(verbosity=0, interactive=False)
    yield
    teardown_databases(made, verbosity=0)
    teardown_test_environment()


@pytest.fixture
def db(databases: None) -> Iterator[None]:
    """Undo at the end whatever a test has stored, as Django's `TestCase` does."""
    with ExitStack() as blocks:
        for alias in connections:
            blocks.enter_context(transaction.atomic(using=alias))
            blocks.callback(transaction.set_rollback, rollback=True, using=alias)
        yield


@pytest.fixture
def shop(db: None) -> Iterator[Shop]:
    """Open the shop."""
    with open_shop() as one:
        yield one


@pytest.fixture(scope="session")
def migrated_postgresql(postgres: Postgres) -> Iterator[dict[str, Any]]:
    """Return a database of a real PostgreSQL that has the tables."""
    with postgres.database() as made:
        description = postgresql(made)
        with database("kit", description):
            call_command("migrate", database="kit", verbosity=0)
        yield description
