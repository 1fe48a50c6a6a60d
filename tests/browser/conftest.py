"""A Chromium for the tests of a file; what it needs is only there for the session that uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from tests.browser.window import chromium

    with chromium() as one:
        yield one
