"""A plugin that is broken and that nobody uses stops no command: it is named, and passed over."""

from __future__ import annotations

import importlib.metadata
import json
import signal
from typing import TYPE_CHECKING, Any

import pytest

from accredit.testing import installed_simulators

if TYPE_CHECKING:
    from pathlib import Path

    from core.tests.cli.conftest import AddDistribution, Install, Run, Start

_HOOKS = """
from accredit import hookimpl
from accredit_fake import FakeStrategy
from accredit_fake_simulator import FakeSimulator

class Strategy(FakeStrategy):
    name = "{name}"
    {strategy}

class Simulator(FakeSimulator):
    strategy = "{name}"
    {simulator}

@hookimpl
def strategies():
    return [Strategy]

@hookimpl
def {hook}():
    return [Simulator]
"""


def hooks(name: str, *, strategy: str = "pass", simulator: str = "pass", hook: str = "simulators") -> str:
    return _HOOKS.format(name=name, strategy=strategy, simulator=simulator, hook=hook)


RAISES = "def {}(self, *_, **__): raise SystemExit(3)"
CORE = importlib.metadata.version("accredit")
UNLOADABLE = {
    "bimport": ("import no_such_module\n", "= accredit_bimport cannot be loaded: ModuleNotFoundError"),
    "cexit": ("import sys\nsys.exit(0)\n", "= accredit_cexit cannot be loaded: SystemExit"),
    "dend": ("raise GeneratorExit\n", "= accredit_dend cannot be loaded: GeneratorExit"),
    "ehook": (hooks("ehook", hook="simulator"), "(accredit_ehook): "),
    "gverify": (hooks("gverify", strategy="verify = normalize = None"), "(accredit_gverify): Strategy has a verify"),
}
"""Strategy, also the module: its source, and what is said of it. The fake plugin stands in the middle of them."""
UNUSABLE = {
    "hmake": (hooks("hmake", simulator=RAISES.format("__init__")), "simulator of 'hmake' failed: SystemExit"),
    "isamples": (hooks("isamples", simulator=RAISES.format("samples")), "simulator of 'isamples' failed: SystemExit"),
    "jtable": (hooks("jtable", simulator=RAISES.format("settings")), "simulator of 'jtable' failed: SystemExit"),
    "kstart": (hooks("kstart", strategy=RAISES.format("__init__")), "strategy 'kstart' cannot be made: SystemExit"),
    "lversion": (
        hooks("lversion", strategy="api_version = property(lambda self: 1 / 0)"),
        "api_version of 'lversion' failed: ZeroDivisionError",
    ),
}
"""These can be loaded, and not be simulated."""
ISSUER = 'issuer = "https://login.example.com/"\n'
FAKE = '[connections.fake]\napp_id = "1"\napp_secret = "s"\n'
OLD = f"accredit-zold 9 asks for accredit>=99, and accredit {CORE} is installed: upgrade accredit"


@pytest.fixture
def broken(site: Path, add_distribution: AddDistribution, install: Install) -> Any:
    for name, (source, _) in {**UNLOADABLE, **UNUSABLE}.items():
        add_distribution(site, f"accredit-{name}", "9", {name: f"accredit_{name}"})
        (site / f"accredit_{name}.py").write_text(source, "utf-8")
    add_distribution(site, "accredit-zold", "9", {"zold": "accredit_zold"}, "accredit>=99")
    return install(site)


def told_in(output: str, *, also_unusable: bool) -> None:
    """Check that each broken plugin is named once, with its version and what is wrong with it."""
    expected = {**UNLOADABLE, **(UNUSABLE if also_unusable else {})}
    for name, (_, problem) in expected.items():
        [line] = [line for line in output.splitlines() if f"accredit-{name} 9" in line]
        assert problem in line
    [line] = [line for line in output.splitlines() if "accredit-zold 9" in line]
    assert OLD in line
    assert "Traceback" not in output


def test_the_demonstration_goes_on(run: Run, broken: Any) -> None:
    result = run("demo", env={"COLUMNS": "500"})

    assert result.exit_code == 0
    assert "\n1 accepted, 7 refused, 0 wrong\n" in result.stdout
    told_in(result.stderr, also_unusable=True)
    warned = "accredit: warning: passed over: accredit-"
    warnings = [line for line in result.stderr.splitlines() if line.startswith(warned)]
    assert len(warnings) == len(UNLOADABLE) + len(UNUSABLE) + 1


@pytest.fixture
def all_of_them(broken: Any) -> dict[str, str]:
    """Return the variable for a process that is to see all these plugins."""
    return {"ONLY_STRATEGIES": ",".join(["fake", *UNLOADABLE, *UNUSABLE, "zold"]), "COLUMNS": "500"}


def test_the_other_plugins_can_be_developed_against(start: Start, all_of_them: dict[str, str]) -> None:
    with start("dev", "--port", "0", env=all_of_them) as process:
        head = [process.stderr.readline() for _ in range(len(UNLOADABLE) + len(UNUSABLE) + 2)]
        process.send(signal.SIGTERM)
        code, out, err = process.end()

    assert (code, out) == (0, "")
    assert "Traceback" not in err
    assert head[-1].startswith("Open http://127.0.0.1:")
    told_in("".join(head[:-1]), also_unusable=True)


def test_another_provider_can_be_simulated(start: Start, all_of_them: dict[str, str]) -> None:
    with start("simulate", "fake", "--port", "0", env=all_of_them) as process:
        first = process.stdout.readline()
        process.send(signal.SIGTERM)
        code, _, err = process.end()

    assert code == 0
    assert first.startswith("# fake, simulated by accredit-fake 1.2. ")
    warnings = [line for line in err.splitlines() if line.startswith("accredit: warning: passed over: ")]
    told_in("\n".join(warnings), also_unusable=False)
    assert "Traceback" not in err


def test_what_is_wrong_with_the_provider_that_is_wanted_is_told(run: Run, broken: Any) -> None:
    for name, problem in {"cexit": UNLOADABLE["cexit"][1], "hmake": UNUSABLE["hmake"][1], "zold": OLD}.items():
        result = run("simulate", name, "--port", "0")
        assert (result.exit_code, result.stdout) == (2, "")
        assert problem in result.stderr.splitlines()[-1]


def test_the_inventory_lists_them_all(run: Run, broken: Any, tmp_path: Path) -> None:
    config = tmp_path / "accredit.toml"
    config.write_text(f"{ISSUER}[connections.cexit]\n{FAKE}", "utf-8")

    result = run("connections", "--config", str(config), env={"COLUMNS": "500"})
    found = json.loads(run("connections", "--config", str(config), "--json").stdout)["strategies"]

    assert result.exit_code == 0
    told = "\n".join(line for line in result.stdout.splitlines() if ": " in line)
    told_in(told, also_unusable=False)
    [used] = [line for line in result.stdout.splitlines() if line.startswith("To change: ")]
    assert "accredit-cexit 9" in used
    assert told.count("Warning: no connection uses it, but it is broken: ") == len(UNLOADABLE)
    by_name = {one["strategy"]: one for one in found}
    assert OLD in by_name["zold"]["problem"]
    assert by_name["fake"]["problem"] is None
    assert [one["problem"] for one in by_name["fake"]["connections"]] == [None]


def test_the_examination_warns_of_them_and_fails_for_none(run: Run, broken: Any, tmp_path: Path) -> None:
    config = tmp_path / "accredit.toml"
    config.write_text(ISSUER + FAKE, "utf-8")
    config.chmod(0o600)

    result = run("doctor", "--offline", "--json", "--config", str(config))
    found = json.loads(result.stdout)

    assert (result.exit_code, found["counts"]["fail"]) == (0, 0)
    warned = {one["about"]: one for one in found["findings"] if one["check"] == "plugin"}
    assert list(warned) == [*UNLOADABLE, "zold"]
    assert all(one["status"] == "warn" for one in warned.values())
    told_in("\n".join(one["what"] for one in warned.values()), also_unusable=False)


@pytest.mark.parametrize("command", ["connections", "doctor"])
def test_a_plugin_for_another_core_that_is_used_is_told_with_what_to_do(
    run: Run, broken: Any, tmp_path: Path, command: str
) -> None:
    config = tmp_path / "accredit.toml"
    config.write_text(f"{ISSUER}[connections.zold]\n", "utf-8")
    offline = ["--offline"] if command == "doctor" else []

    result = run(command, "--config", str(config), *offline, env={"COLUMNS": "500"})

    assert result.exit_code == (1 if command == "doctor" else 0)
    assert OLD in result.stdout


def test_the_simulators_of_a_hosts_tests_leave_them_out_with_a_warning(broken: Any) -> None:
    with pytest.warns(RuntimeWarning, match=r"^passed over: accredit-") as warned:
        found = installed_simulators()
    assert list(found) == ["fake", *UNUSABLE]
    told_in("\n".join(str(one.message) for one in warned), also_unusable=False)


@pytest.mark.parametrize(
    "member",
    [
        "@model_validator(mode='before')\n    @classmethod\n    def crash(cls, value): raise SystemExit(3)",
        "more: 'NobodyDefinedThis'",
    ],
    ids=["crash", "unfinished"],
)
def test_settings_that_crash_while_they_are_looked_at_hide_nothing(
    run: Run, site: Path, add_distribution: AddDistribution, install: Install, member: str
) -> None:
    head = "from accredit_fake import FakeSettings\nfrom pydantic import model_validator\n"
    source = f"{head}class Settings(FakeSettings):\n    {member}\n"
    add_distribution(site, "accredit-crash", "9", {"crash": "accredit_crash"})
    (site / "accredit_crash.py").write_text(source + hooks("crash", strategy="settings_type = Settings"), "utf-8")
    install(site)

    result = run("connections", "--json")

    assert [one["strategy"] for one in json.loads(result.stdout)["strategies"]] == ["crash", "fake"]
