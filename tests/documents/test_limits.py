"""The guide to limits states the numbers that the code has."""

import tomllib

from tests.documents.blocks import ROOT

from accredit.settings import LimitSettings
from accredit.settings.rates import RateSettings

PAGE = (ROOT / "docs/guides/limits.md").read_text("utf-8")


def test_the_first_block_has_every_rate_with_its_default() -> None:
    block = PAGE.partition("```toml\n")[2].partition("```")[0]
    stated = LimitSettings.model_validate(tomllib.loads(block)["limits"])

    assert stated == LimitSettings()
    assert set(tomllib.loads(block)["limits"]) == set(RateSettings.model_fields)


def test_the_reasons_name_every_default() -> None:
    rows = dict(
        line.strip("| ").split(" | ")[:2]
        for line in PAGE.partition("## Why these numbers")[2].partition("##")[0].splitlines()
        if line.startswith("| `")
    )
    for names, told in rows.items():
        for name in names.replace("`", "").split(", "):
            assert f"{told.split()[0]}/{told.split()[-1]}" == getattr(LimitSettings(), name), name
