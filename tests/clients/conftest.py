"""The server under test, and trust in its certificate."""

import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.clients.service import Service, served


@pytest.fixture(scope="package")
def service(connections: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Serve for all clients; those that use `requests` trust the certificate by the environment."""
    with served(connections, tmp_path_factory.mktemp("service")) as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(running.authority))
        yield running


@pytest.fixture
def http(service: Service) -> Iterator[httpx.Client]:
    """Return a client that trusts the server's certificate."""
    with httpx.Client(verify=ssl.create_default_context(cafile=str(service.authority))) as client:
        yield client
