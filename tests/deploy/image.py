"""Builds the container file and runs what it made, where there is neither Docker nor a registry of images.

The base is a Debian made by debootstrap. Podman builds in a chroot. A container is then what a runtime makes of an
image, by hand: namespaces of mounts and processes, a root that cannot be written, the image's user, variables, command.
The port is a free one in the place of its own, which may be taken: it has the network of the machine.
What this leaves out: cgroups, seccomp, and capabilities taken away.
"""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.children import free_port
from tests.documents.blocks import ROOT

FOLDER = ROOT / "docs/examples/deploy/container"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
"""Whom the machine trusts: packages may come through a proxy of its own."""
PORT = "8000"
"""That of the image."""
_ENTER = """\
set -e
root=$1 settings=$2 user=$3; shift 3
mount --bind "$root" "$root"
mount --bind "$settings" "$root/etc/accredit"
mount -t tmpfs -o "mode=700,uid=${user%:*},gid=${user#*:}" tmpfs "$root/var/lib/accredit"
mount -t proc proc "$root/proc"
mount -o remount,bind,ro "$root" "$root"
exec setpriv --no-new-privs chroot --userspec="$user" --groups= "$root" "$@"
"""


@dataclass(frozen=True)
class Image:
    """An image whose files are mounted."""

    root: Path
    port: int
    config: Mapping[str, Any]
    """As OCI has it. Source: https://github.com/opencontainers/image-spec/blob/main/config.md"""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self, settings: Path, *, command: list[str] | None = None) -> "Iterator[subprocess.Popen[str]]":
        """Run the command of the image, or another, as a container runtime does; ends it if it has not ended."""
        self.root.joinpath("etc/accredit").mkdir(exist_ok=True)
        words = [*self.config["Entrypoint"], *self.config["Cmd"]] if command is None else command
        words = [word.replace(PORT, str(self.port)) for word in words]
        inside = ["env", "--ignore-environment", "--chdir", self.config["WorkingDir"], *self.config["Env"], *words]
        outside = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", _ENTER, "enter"]
        process = subprocess.Popen(
            [*outside, str(self.root), str(settings), self.config["User"], *inside],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                yield process
            finally:
                for child in _children(process):  # the first process inside: all others end with it
                    os.kill(child, signal.SIGKILL)
                process.kill()

    def run(self, settings: Path, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end, beside a server that may run."""
        with self.running(settings, command=list(command)) as process:
            stdout, stderr = process.communicate(timeout=60)
        return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


def first_process(process: "subprocess.Popen[str]") -> int:
    """Return the number, outside, of the process that is number 1 inside."""
    (first,) = _children(process)
    return first


def _children(process: "subprocess.Popen[str]") -> list[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(number) for number in listed.read_text("ascii").split()] if process.poll() is None else []


def stop(process: "subprocess.Popen[str]") -> tuple[str, str]:
    """Send SIGTERM as a container runtime does, to the first process; returns all that was written."""
    os.kill(first_process(process), signal.SIGTERM)
    return process.communicate(timeout=60)


@contextmanager
def built(folder: Path) -> Iterator[Image]:
    """Build the container file with podman in a store of its own."""
    store = ("--root", str(folder / "store"), "--runroot", str(folder / "run"), "--storage-driver", "overlay")

    def podman(*words: str) -> str:
        done = subprocess.run(
            [_program("podman"), *store, *words], capture_output=True, text=True, check=False, cwd=ROOT
        )
        assert done.returncode == 0, done.stderr[-5000:]
        return done.stdout.strip()

    trusting = f"ENV SSL_CERT_FILE={CERTIFICATES}"
    podman("import", "--quiet", "--change", trusting, str(_base(folder)), "localhost/base:test")
    podman(
        *("build", "--quiet", "--format", "docker", "--layers=false", "--isolation", "chroot", "--network", "host"),
        *("--build-arg", "BASE=localhost/base:test", "--tag", "localhost/accredit:test"),
        *("--ignorefile", str(FOLDER / "Containerfile.dockerignore"), "--file", str(FOLDER / "Containerfile"), "."),
    )
    about = json.loads(podman("image", "inspect", "localhost/accredit:test"))[0]
    config = {**about["Config"], "Healthcheck": about["Healthcheck"]}
    container = podman("create", "localhost/accredit:test")
    try:
        yield Image(Path(podman("mount", container)), free_port(), config)
    finally:
        podman("unmount", container)


def _program(name: str) -> str:
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    assert path is not None, f"{name} is not installed: `nox -s container` installs it on Debian"
    return path


def _base(folder: Path) -> Path:
    """Make an archive of a small Debian with Python, in the place of the base image that a registry has."""
    release = next(
        line.partition("=")[2].strip()
        for line in Path("/etc/os-release").read_text("utf-8").splitlines()
        if line.startswith("VERSION_CODENAME=")
    )
    root, archive = folder / "base", folder / "base.tar"
    packages = "python3,python3-venv,ca-certificates"
    made = [_program("debootstrap"), "--variant=minbase", f"--include={packages}", release, str(root)]
    done = subprocess.run(made, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    shutil.copy(CERTIFICATES, root / CERTIFICATES.relative_to("/"))
    (root / "etc/pip.conf").write_text(f"[global]\ncert = {CERTIFICATES}\n", "utf-8")
    subprocess.run([_program("tar"), "--directory", str(root), "--create", "--file", str(archive), "."], check=True)
    shutil.rmtree(root)
    return archive
