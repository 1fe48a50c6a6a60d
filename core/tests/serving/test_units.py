"""The units for systemd that the guide shows: what they run exists, and systemd understands them where it is."""

import configparser
import shutil
import subprocess
from pathlib import Path

from typer.testing import CliRunner

from accredit.cli.app import app

UNITS = Path(__file__).parents[3] / "docs" / "examples" / "deploy" / "systemd"


class Unit(configparser.RawConfigParser):
    """A unit; options keep their letters, and may be there twice."""

    def __init__(self, name: str) -> None:
        super().__init__(strict=False, allow_no_value=False, comment_prefixes=("#",), delimiters=("=",))
        self.read_string((UNITS / name).read_text("utf-8"))

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def test_the_command_of_the_service_is_one_of_ours_and_may_take_its_time_to_stop() -> None:
    service = Unit("accredit.service")["Service"]
    program, command, *options = service["ExecStart"].split()
    assert (program, command) == ("/opt/accredit/bin/accredit", "serve")
    told = CliRunner().invoke(app, ["serve", "--help"], env={"COLUMNS": "200"}).stdout
    assert all(option in told for option in options if option.startswith("--"))
    assert service["ExecReload"] == "/bin/kill -HUP $MAINPID"
    assert service["RestartPreventExitStatus"] == "2"
    assert int(service["TimeoutStopSec"]) > 37


def test_the_socket_waits_while_the_service_is_restarted() -> None:
    assert Unit("accredit.service")["Unit"]["Requires"] == "accredit.socket"
    socket = Unit("accredit.socket")["Socket"]
    assert socket["ListenStream"].startswith("127.0.0.1:")
    assert "Accept" not in socket


def test_systemd_understands_them(tmp_path: Path) -> None:
    for unit in UNITS.iterdir():
        text = unit.read_text("utf-8").replace("/opt/accredit/bin/accredit", shutil.which("true") or "/bin/true")
        tmp_path.joinpath(unit.name).write_text(text, "utf-8")
    program = shutil.which("systemd-analyze")
    if program is None:  # where there is no systemd, nobody uses them either
        return
    done = subprocess.run(  # noqa: S603 - a program of the system, and files of ours
        [program, "verify", *map(str, tmp_path.iterdir())], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
