"""The peers' environments: each of its own, made of pinned packages checked by hash, or of exact versions from npm."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).parent / "peers"
_MARK = "made-of"
_NPM = "npm install --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel error"


class NotThere(Exception):
    """A peer cannot take part; the message says why."""


def ready(peer: str, root: Path) -> Path:
    """Return the environment of a peer.

    Raises:
        NotThere: it has not been made, or of other versions.
    """
    folder = root / peer
    if _needs_node(peer) and shutil.which("npm") is None:
        raise NotThere("needs Node, which is not installed")
    if not (folder / _MARK).exists() or (folder / _MARK).read_text() != _digest(peer):
        raise NotThere("not installed: `nox -s bench -- --install` makes the environment")
    return folder


def make(peer: str, root: Path) -> None:
    """Make the environment of a peer anew.

    Raises:
        NotThere: Node is not installed, or the packages cannot be had.
    """
    folder = root / peer
    shutil.rmtree(folder, ignore_errors=True)
    if _needs_node(peer):
        if shutil.which("npm") is None:
            raise NotThere("needs Node, which is not installed")
        folder.mkdir(parents=True)
        shutil.copy(PEERS / peer / "package.json", folder)
        for file in PEERS.joinpath(peer).glob("*.mjs"):
            shutil.copy(file, folder)
        _run([*_NPM.split(), "--prefix", str(folder)])
    else:
        _run([sys.executable, "-m", "venv", str(folder)])
        pinned = ["--require-hashes", "--requirement", str(PEERS / peer / "requirements.txt")]
        _run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *pinned])
    (folder / _MARK).write_text(_digest(peer))


def version(package: str, peer: str) -> str:
    """Return the version of a package that a peer's list names."""
    if _needs_node(peer):
        return str(json.loads((PEERS / peer / "package.json").read_text("utf-8"))["dependencies"][package])
    found = re.search(rf"^{package}==(\S+)", (PEERS / peer / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    return found[1] if found else ""


def _needs_node(peer: str) -> bool:
    return (PEERS / peer / "package.json").exists()


def _digest(peer: str) -> str:
    """Return what the environment depends on, as one word."""
    names = ("package.json", "*.mjs") if _needs_node(peer) else ("requirements.txt",)
    files = sorted(path for name in names for path in PEERS.joinpath(peer).glob(name))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _run(command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise NotThere(f"`{' '.join(command)}` failed: {done.stdout.decode(errors='replace')[-1000:]}")
