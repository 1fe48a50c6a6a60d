"""The WSGI application of the page, served as it stands by the standard library's server."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
import pytest
from tests.documents.blocks import blocks_of
from tests.documents.test_blocks import folder  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow


class Silent(WSGIRequestHandler):
    """Does not log to standard error."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        pass


@pytest.fixture
def url(folder: Path) -> Iterator[str]:  # noqa: F811 - the fixture
    (code,) = [one.code for one in blocks_of("docs/guides/blocking.md") if "def application" in one.code]
    names: dict[str, Any] = {}
    exec(code, names)
    server = make_server("127.0.0.1", 0, names["application"], handler_class=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        names["exchange"].close()


def test_the_wsgi_application_of_the_page_logs_somebody_in(url: str, simulators: dict[str, Any]) -> None:
    token = simulators["facebook"].samples()[0].parameters["access_token"]
    body = {"client_id": "my-app", "connection": "facebook", "access_token": token, "scope": "openid"}
    answer = httpx.post(f"{url}/oauth/access_token", json=body, timeout=60)
    assert (answer.status_code, answer.json()["token_type"]) == (200, "Bearer")
    assert httpx.get(f"{url}/.well-known/openid-configuration", timeout=60).status_code == 200
    assert httpx.get(f"{url}/nowhere", timeout=60).status_code == 404
