"""What one file for deploying says of another, and of the server, is so."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.files import COMPOSE, DEPLOY, compose, instructions, made_by, of_kind, pods
from tests.documents.blocks import ROOT

from accredit.oauth.endpoints import ENDPOINTS
from accredit.settings import Settings
from accredit.settings.load import load_settings

PATHS = {endpoint.path for endpoint in ENDPOINTS}
SHARED_CACHE = ROOT / "docs/guides/shared-cache.md"
SERVER = of_kind("Deployment")["spec"]["template"]["spec"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the compose file's folder, below one with the settings."""
    shutil.copytree(COMPOSE.parent, tmp_path / "compose")
    shutil.copy(DEPLOY / "accredit.toml", tmp_path)
    return tmp_path / "compose"


def make_secrets(folder: Path, typed: str = "hunter2-of-facebook\n") -> dict[str, str]:
    subprocess.run([str(folder / "secrets.sh")], input=typed, text=True, check=True, capture_output=True, cwd="/")
    return made_by(folder)


def test_the_script_makes_every_secret_that_the_compose_file_mounts(folder: Path) -> None:
    made = make_secrets(folder)
    named = compose()["secrets"]
    assert {name: f"./secrets/{name}" for name in made} == {name: one["file"] for name, one in named.items()}
    used = {name for service in compose()["services"].values() for name in service.get("secrets", ())}
    assert used == set(made)


def test_secrets_are_made_once_and_differ_from_one_another(folder: Path) -> None:
    first = make_secrets(folder)
    assert make_secrets(folder, typed="") == first
    assert len(set(first.values())) == len(first)
    assert first["ACCREDIT_CONNECTIONS__FACEBOOK__APP_SECRET"] == "hunter2-of-facebook\n"
    assert first["postgres-password"].strip() in first["ACCREDIT_STORAGE__URL"]
    assert (folder / "secrets").stat().st_mode & 0o777 == 0o700


def test_the_settings_are_complete_with_the_secrets(folder: Path) -> None:
    make_secrets(folder)
    settings = load_settings(folder.parent / "accredit.toml", {"ACCREDIT_SECRETS": str(folder / "secrets")})
    assert settings.storage.url.startswith("postgresql://accredit:")
    assert settings.keys.encryption_key is not None


def test_the_user_of_the_cache_may_do_what_the_guide_says_and_no_more(folder: Path) -> None:
    default, user = make_secrets(folder)["valkey-users"].splitlines()
    assert default == "user default off"
    [shown] = re.findall(r"^ACL SETUSER accredit on >… (.+)$", SHARED_CACHE.read_text("utf-8"), re.MULTILINE)
    assert re.sub(r">[0-9a-f]{64} ", ">… ", user) == f"user accredit on >… {shown}"


def test_each_service_of_ours_is_run_without_rights_and_cannot_write() -> None:
    for service in ("accredit", "upgrade"):
        table = compose()["services"][service]
        assert (table["read_only"], table["cap_drop"]) == (True, ["ALL"])
        assert table["security_opt"] == ["no-new-privileges:true"]


def test_no_port_is_published_but_the_servers_and_that_on_loopback() -> None:
    published = {name: table["ports"] for name, table in compose()["services"].items() if "ports" in table}
    assert published == {"accredit": ["127.0.0.1:8000:8000"]}
    assert instructions("EXPOSE") == ["8000"]


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_probes_ask_what_the_server_answers_where_it_listens(probe: str) -> None:
    (container,) = SERVER["containers"]
    asked = container[probe]["httpGet"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert asked["path"] in PATHS
    assert str(ports[asked["port"]]) in json.loads(instructions("CMD")[0])
    assert (asked["path"] == "/healthz") == (probe == "livenessProbe")


def longest_stop() -> float:
    """Return how many seconds a server takes at most to end: see the guide on operating."""
    limits = Settings.model_validate({"issuer": "https://login.example.com/"}).limits
    return limits.body_timeout_s + limits.exchange_timeout_s + 7


def test_a_server_is_given_the_time_that_it_takes_to_end() -> None:
    (container,) = SERVER["containers"]
    waits = int(container["lifecycle"]["preStop"]["exec"]["command"][-1])
    assert SERVER["terminationGracePeriodSeconds"] > waits + longest_stop()
    assert int(compose()["services"]["accredit"]["stop_grace_period"].removesuffix("s")) > longest_stop()


@pytest.mark.parametrize("pod", pods(), ids=lambda pod: pod["containers"][0]["name"])
def test_pods_keep_to_the_restricted_profile(pod: dict[str, Any]) -> None:
    (container,) = pod["containers"]
    user, own = pod["securityContext"], container["securityContext"]
    assert f"{user['runAsUser']}:{user['runAsGroup']}" == instructions("USER")[0]
    assert (user["runAsNonRoot"], user["seccompProfile"]) == (True, {"type": "RuntimeDefault"})
    assert own == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert (pod["enableServiceLinks"], pod["automountServiceAccountToken"]) == (False, False)


@pytest.mark.parametrize("kind", ["Service", "PodDisruptionBudget", "NetworkPolicy"])
def test_what_selects_pods_selects_the_servers(kind: str) -> None:
    spec = of_kind(kind)["spec"]
    chosen = spec.get("podSelector", spec.get("selector"))
    labels = of_kind("Deployment")["spec"]["template"]["metadata"]["labels"]
    assert chosen.get("matchLabels", chosen) == labels


def test_one_node_fewer_is_left_to_those_who_drain_machines() -> None:
    assert of_kind("Deployment")["spec"]["replicas"] - of_kind("PodDisruptionBudget")["spec"]["maxUnavailable"] >= 2
