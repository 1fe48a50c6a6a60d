"""The storage of docs/guides/storage.md is one: it passes the suite, and an exchange keeps its sessions there."""

import runpy
import textwrap
from typing import Any

from tests.documents.blocks import ROOT, blocks_of

from accredit.storage import Storage
from accredit.storage.ports.sessions import MOST_REPLACED, MOST_SESSIONS, MOST_SUCCESSORS
from accredit.testing import StorageConformance
from accredit.testing.checks import checks_of
from accredit.testing.storage_conformance.samples import Clock

EXAMPLE_PATH = ROOT / "docs/examples/dict_storage.py"
EXAMPLE = EXAMPLE_PATH.read_text("utf-8")
DictStorage: Any = runpy.run_path(str(EXAMPLE_PATH))["DictStorage"]
PAGE = (ROOT / "docs/guides/storage.md").read_text("utf-8")


class TestDictStorage(StorageConformance):
    def new(self, clock: Clock) -> Storage:
        made: Storage = DictStorage(clock=clock)
        return made


def test_the_page_shows_a_part_of_the_example_as_it_is() -> None:
    [shown] = [block.code for block in blocks_of("docs/guides/storage.md") if "async def" in block.code]
    assert textwrap.indent(shown, "    ") in EXAMPLE


def test_the_page_counts_right() -> None:
    assert f"{len(checks_of(StorageConformance))} checks" in PAGE
    for number in (MOST_SESSIONS, MOST_SUCCESSORS, MOST_REPLACED):
        assert f"| {number} |" in PAGE


def test_the_page_names_every_method_of_the_ports() -> None:
    methods = {name for name in dir(Storage) if not name.startswith("_")}
    assert {name for name in methods if f"`{name}`" in PAGE} == methods
