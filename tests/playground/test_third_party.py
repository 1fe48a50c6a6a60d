"""A connection of other authors appears by itself, once its plugin is installed."""

from pathlib import Path

import pytest
from core.tests.playground.room import installed, room

OCTO = Path(__file__).parents[1] / "plugins" / "octo"


@pytest.mark.slow
def test_it_is_there_with_all_its_samples_and_comes_to_what_they_say(tmp_path: Path) -> None:
    with installed(tmp_path / "site", "octo", OCTO), room() as here:
        text = here.text("/")
        assert "The provider is octo" in text
        assert "Log in as Ada Lovelace" in text
        assert "Ada Lovelace" in here.see("send", connection="octo", sample="good-ada")
        assert here.last.status == 200
        here.see("send", connection="octo", sample="theirs-ada")
        assert here.last.event is not None
        assert here.last.event.reason == "invalid_token"
