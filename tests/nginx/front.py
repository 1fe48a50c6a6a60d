"""nginx with the configuration of the guide: the ports and the certificate are those of a test, the rest its text."""

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from tests.examples.running import code

PAGE = "docs/guides/asgi.md"
PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
_MAIN = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


@dataclass(frozen=True)
class Front:
    """Where nginx listens, and who trusts it."""

    port: int
    authority: trustme.CA

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def context(self) -> ssl.SSLContext:
        """Return what a client verifies it with."""
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context

    def send(self, request: bytes) -> bytes:
        """Send bytes, and return all that comes back: clients of HTTP would write a path anew."""
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=60) as plain,
            self.context().wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            connection.sendall(request)
            parts = []
            while part := connection.recv(65_536):
                parts.append(part)
            return b"".join(parts)


def choose() -> Front:
    """Return a front that nobody runs yet: what stands behind it needs to know its address first."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return Front(free.getsockname()[1], trustme.CA())


@contextmanager
def serving(front: Front, upstream: str, folder: Path, *, proxy_pass: str = "http://shop") -> Iterator[None]:
    """Run nginx in front of `upstream`, such as `http://127.0.0.1:41234`, until the block ends.

    With another `proxy_pass` than the page's it shows what that would do.
    """
    assert PROGRAM is not None, "nginx is not installed: apt-get install nginx-light"
    folder.chmod(0o755)  # its workers may be another user
    certificate = front.authority.issue_cert("localhost")
    certificate.cert_chain_pems[0].write_to_path(folder / "shop.pem")
    certificate.private_key_pem.write_to_path(folder / "shop.key")
    text = site(front.port, upstream.removeprefix("http://"), folder).replace("http://shop;", f"{proxy_pass};")
    (folder / "site.conf").write_text(text, "utf-8")
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder), "utf-8")
    process = subprocess.Popen([PROGRAM, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"])
    try:
        _wait(front.port, process)
        yield
    finally:
        process.terminate()
        process.wait(60)


def site(port: int, upstream: str, folder: Path) -> str:
    """Return the page's configuration for this test."""
    [text] = code(PAGE, "nginx")
    for shown, ours in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("server 127.0.0.1:8000;", f"server {upstream};"),
        ("server_name shop.example.com;", "server_name localhost;"),
        ("/etc/nginx/tls/", f"{folder}/"),
    ):
        assert shown in text, shown
        text = text.replace(shown, ours)
    return text


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert process.poll() is None, "nginx has ended: see what it says above"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("nginx does not listen")
