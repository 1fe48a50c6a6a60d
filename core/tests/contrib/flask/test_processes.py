"""Nothing starts before the first use: neither in the parent of a reloader nor before a fork."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.slow

SHOP = """
import os, pathlib, threading
from flask import Flask
from accredit.contrib.flask import Accredit

app = Flask(__name__)
app.config["ACCREDIT"] = {"issuer": "http://127.0.0.1/login/", "tokens": {"signing_alg": "ES256"}}
Accredit(app)

def threads():
    return ",".join(thread.name for thread in threading.enumerate())

os.register_at_fork(before=lambda: pathlib.Path("threads").write_text(threads()))
app.add_url_rule("/threads", view_func=threads)

@app.get("/pid")
def pid():
    return str(os.getpid())
"""
WARM = """
import os
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from accredit.contrib.flask import Accredit

db = SQLAlchemy()
app = Flask(__name__)
app.config["ACCREDIT"] = {"issuer": "http://127.0.0.1/login/", "tokens": {"signing_alg": "ES256"}}
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
db.init_app(app)
accredit = Accredit(app, db=db)
with app.app_context():
    db.create_all()
    accredit.exchange.subjects.block("42")
    db.engine.dispose()

@app.get("/pid")
def pid():
    blocked = accredit.exchange.subjects.is_blocked("42")
    return f"{os.getpid()} {blocked}"
"""
"""A shop that uses its exchange while it is loaded."""
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


@contextmanager
def serving(folder: Path, *command: str, shop: str = SHOP) -> Iterator[tuple[int, str]]:
    """Serve the shop; yields the number of the first process, and the address."""
    (folder / "shop.py").write_text(shop, "utf-8")
    with (folder / "said").open("w") as said:
        process = subprocess.Popen([sys.executable, "-m", *command], cwd=folder, stdout=said, stderr=said)  # noqa: S603 - our own
    try:
        yield process.pid, address_in(folder / "said", process)
    finally:
        process.terminate()
        process.wait(60)


def address_in(said: Path, process: subprocess.Popen[bytes]) -> str:
    for _ in range(600):
        found = ADDRESS.search(said.read_text())
        if found:
            return found.group()
        if process.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"it does not serve: {said.read_text()}")


def threads_of(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def has_database_open(pid: int) -> bool:
    def target(link: Path) -> str:
        try:
            return str(link.readlink())
        except FileNotFoundError:  # closed since it was listed
            return ""

    return any("accredit.db" in target(link) for link in Path(f"/proc/{pid}/fd").iterdir())


@pytest.mark.threat(59)
def test_a_reloader_s_parent_has_neither_a_thread_nor_an_open_database(tmp_path: Path) -> None:
    command = ("flask", "--app", "shop", "run", "--debug", "--port", "0")
    with serving(tmp_path, *command) as (parent, address):
        assert httpx.get(f"{address}/login/readyz", timeout=60).status_code == 200
        child = int(httpx.get(f"{address}/pid", timeout=60).text)
        assert child != parent
        assert has_database_open(child)
        assert not has_database_open(parent)
        assert threads_of(parent) == 1
        assert threads_of(child) > 1


@pytest.mark.threat(59)
def test_workers_that_are_forked_after_the_app_was_loaded_open_it_each_for_itself(tmp_path: Path) -> None:
    command = ("gunicorn", "--preload", "--workers", "2", "--threads", "4", "--bind", "127.0.0.1:0", "shop:app")
    with serving(tmp_path, *command) as (parent, address):
        workers = set()
        for _ in range(400):  # until the other one has answered as well
            with httpx.Client(base_url=address, timeout=60) as client:
                assert client.get("/login/readyz").status_code == 200
                workers.add(int(client.get("/pid").text))
            if len(workers) == 2:
                break
        assert len(workers) == 2
        assert all(map(has_database_open, workers))
        assert not has_database_open(parent)
        names = (tmp_path / "threads").read_text().split(",")
        assert "MainThread" in names
        assert [name for name in names if "accredit" in name] == []
        assert "accredit" in httpx.get(f"{address}/threads", timeout=60).text


@pytest.mark.threat(59)
def test_what_was_opened_before_the_fork_is_opened_anew_after_it(tmp_path: Path) -> None:
    command = ("gunicorn", "--preload", "--workers", "1", "--threads", "4", "--bind", "127.0.0.1:0", "shop:app")
    with serving(tmp_path, *command, shop=WARM) as (parent, address):
        assert httpx.get(f"{address}/login/readyz", timeout=60).status_code == 200
        worker, blocked = httpx.get(f"{address}/pid", timeout=60).text.split()
        assert int(worker) != parent
        assert blocked == "True"
