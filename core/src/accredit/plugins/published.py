"""The strategies that have a plugin of ours, installed or not.

`published.json` is the table of `docs/providers`, which describes it; `python -m docs.generate` writes both.
"""

import functools
import importlib.resources
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


@functools.cache
def published() -> Mapping[str, Mapping[str, Any]]:
    """Return what the table says of each strategy, by its name, in the order of the names."""
    text = (importlib.resources.files("accredit.plugins") / "published.json").read_text("utf-8")
    return MappingProxyType({one["strategy"]: one for one in json.loads(text)["strategies"]})


def distributions() -> str:
    """Name the distributions of them all, as a command line takes them."""
    return " ".join(one["distribution"] for one in published().values())
