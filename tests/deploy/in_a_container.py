"""What the container file makes, run as a container: `nox -s container`, since building takes root."""

import json
import os
import shutil
import stat
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.deploy.files import COMPOSE
from tests.deploy.image import Image, built, first_process, stop
from tests.environment import environment_of

LOGIN = {"client_id": "shop-app", "connection": "facebook", "access_token": "EAAsim-good-ada"}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    with built(tmp_path_factory.mktemp("image")) as made:
        yield made


@pytest.fixture
def settings(tmp_path: Path, connections: dict[str, dict[str, Any]]) -> Path:
    """Return the folder that is mounted at /etc/accredit: settings, and secrets in files that the user may read."""
    folder = tmp_path / "settings"
    (folder / "secrets").mkdir(parents=True)
    folder.chmod(0o755)
    named = environment_of({"facebook": connections["facebook"]})
    secret = "ACCREDIT_CONNECTIONS__FACEBOOK__APP_SECRET"
    (folder / "secrets" / secret).write_text(named.pop(secret) + "\n", "utf-8")
    lines = ['issuer = "https://login.example.com/"', "[storage]", 'url = "sqlite:////var/lib/accredit/accredit.db"']
    lines += ["[keys]", 'path = "/var/lib/accredit/keys.json"', "[connections.facebook]"]
    lines += [f'{name.rpartition("__")[2].lower()} = "{value}"' for name, value in named.items() if "FACEBOOK" in name]
    lines += ["[clients.shop-app]", 'connections = ["facebook"]']
    (folder / "accredit.toml").write_text("\n".join(lines), "utf-8")
    assert tomllib.loads("\n".join(lines))
    return folder


@pytest.fixture
def secrets_named(image: Image) -> Image:
    named = [*image.config["Env"], "ACCREDIT_SECRETS=/etc/accredit/secrets"]
    return replace(image, config={**image.config, "Env": named})


@pytest.fixture
def server(secrets_named: Image, settings: Path) -> "Iterator[subprocess.Popen[str]]":
    with secrets_named.running(settings) as process:
        wait_until_it_answers(process, secrets_named.url)
        yield process


def wait_until_it_answers(process: "subprocess.Popen[str]", url: str) -> None:
    with httpx.Client(transport=httpx.HTTPTransport(retries=8), base_url=url) as client:
        try:
            assert client.get("/healthz").status_code == 200
        except httpx.ConnectError:
            process.kill()
            pytest.fail("it does not listen: " + "".join(process.communicate()))


def test_it_logs_in_without_root_on_a_root_that_cannot_be_written(
    image: Image, server: "subprocess.Popen[str]"
) -> None:
    answer = httpx.post(f"{image.url}/oauth/access_token", json=LOGIN)
    assert answer.status_code == 200, answer.text
    about = Path(f"/proc/{first_process(server)}/status").read_text("ascii")
    states = dict(line.split(":\t", 1) for line in about.splitlines())
    assert states["Uid"].split() == states["Gid"].split() == ["10001"] * 4
    assert (states["NSpid"].split()[-1], states["NoNewPrivs"], int(states["CapEff"], 16)) == ("1", "1", 0)


def test_as_the_first_process_it_hears_sigterm_and_ends_in_order(image: Image, server: "subprocess.Popen[str]") -> None:
    assert httpx.post(f"{image.url}/oauth/access_token", json=LOGIN).status_code == 200
    out, err = stop(server)
    assert server.returncode == 0, err
    assert [json.loads(line)["event"] for line in out.splitlines()] == ["exchange.accepted"]


def test_the_health_check_tells_a_server_that_answers_from_one_that_does_not(
    secrets_named: Image, settings: Path, server: "subprocess.Popen[str]"
) -> None:
    kind, *check = secrets_named.config["Healthcheck"]["Test"]
    assert kind == "CMD"
    assert secrets_named.run(settings, *check).returncode == 0
    stop(server)
    assert secrets_named.run(settings, *check).returncode == 1


def test_commands_are_run_in_it_as_well(secrets_named: Image, settings: Path) -> None:
    done = secrets_named.run(settings, "accredit", "doctor", "--offline")
    assert "facebook" in done.stdout
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_must_be_changed_is_told_with_code_2(image: Image, settings: Path) -> None:
    (settings / "accredit.toml").write_text('issuer = "not a URL"\n', "utf-8")
    with image.running(settings) as process:
        _, err = process.communicate(timeout=60)
    assert (process.returncode, "issuer" in err) == (2, True)


def test_no_more_is_in_it_than_is_run(image: Image) -> None:
    assert not (image.root / "src").exists()
    programs = {path.name for path in (image.root / "opt/accredit/bin").iterdir()}
    assert "accredit" in programs
    assert not programs & {"pip", "pip3", "uv", "pytest"}
    packages = {path.name.lower() for path in image.root.glob("opt/accredit/lib/python3*/site-packages/*")}
    assert {"accredit", "accredit_facebook", "accredit_google_oauth2", "accredit_twitter", "accredit_weibo"} <= packages
    assert not packages & {"pip", "hatchling", "pytest", "tests"}


def test_its_user_owns_nothing_of_what_it_runs(image: Image) -> None:
    for folder, _, names in os.walk(image.root / "opt/accredit"):
        for path in (Path(folder), *(Path(folder) / name for name in names)):
            found = path.lstat()
            assert found.st_uid == found.st_gid == 0, path
            assert stat.S_ISLNK(found.st_mode) or not found.st_mode & stat.S_IWOTH, path


def test_the_compose_file_is_one_that_compose_takes(tmp_path: Path) -> None:
    """By the Compose of Debian, which is an old one: it does not know a `name` yet."""
    shutil.copytree(COMPOSE.parent, tmp_path / "compose")
    file = tmp_path / "compose" / COMPOSE.name
    file.write_text(file.read_text("utf-8").replace("name: accredit\n", "", 1), "utf-8")
    command = [str(shutil.which("docker-compose")), "--file", str(file), "config", "--quiet"]
    assert subprocess.run(command, capture_output=True, text=True, check=False).stderr == ""
    file.write_text(file.read_text("utf-8").replace("condition: service_healthy", "condition: service_fine"), "utf-8")
    assert "service_fine" in subprocess.run(command, capture_output=True, text=True, check=False).stderr
