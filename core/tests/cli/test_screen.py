"""What others say is shown in a terminal, and not obeyed."""

import json

import pytest

from accredit.cli.tools.printable import plain
from accredit.cli.tools.screen import pretty

HOSTILE = "a\x00\x1b[2J\x7f\x9b2J\x85\u202e\u2028\ufeff\ud800\U000e0001é\n"


def test_json_for_people_says_the_same_and_holds_no_control_character() -> None:
    value = {HOSTILE: [HOSTILE, {"b": HOSTILE}], "name": "Zoë 李"}
    written = pretty(value)

    assert [one for one in written if not one.isprintable() and one != "\n"] == []
    assert json.loads(written) == value
    assert '"Zoë 李"' in written


def test_a_text_shows_its_control_characters_by_number() -> None:
    assert plain("a\x1b[2J\x9b\nb") == "a\\u001b[2J\\u009b\nb"


@pytest.mark.parametrize("command", ["demo", "dev"])
def test_what_a_broken_plugin_says_is_not_obeyed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    from accredit.cli.app import app
    from accredit.sandbox import sandbox
    from accredit.testing.simulator.installed import Brought

    brought = Brought(source="accredit-bad 1", strategy="bad", simulator=None, problem="bad\x1b[2J\x9b2J")
    monkeypatch.setattr(sandbox, "look_for_simulators", lambda: [brought])
    with pytest.raises(SystemExit):
        app([command])

    written = capsys.readouterr().err
    assert "bad\\u001b[2J\\u009b2J" in written
    assert [one for one in written if not one.isprintable() and one != "\n"] == []
