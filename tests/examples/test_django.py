"""The guide of Django works as it stands, in a project that `startproject` has made, and so does its example."""

import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.environment import environment_of
from tests.examples.running import EXAMPLES, code

from accredit.testing import installed_simulators, serve

PAGE = "docs/guides/django.md"
SHOP = EXAMPLES / "django"
SETTINGS, ACCOUNTS, URLS, *APIS, VIEW, BACKENDS, SIGN_IN, ADMIN, MODELS, SIGNALS, TESTS, SQLITE = code(PAGE, "python")
REST_FRAMEWORK, REST_FRAMEWORK_SETTINGS, NINJA = APIS
INSTALL, TRY, DEPLOY, CHECK = code(PAGE, "sh")
FILES = {"accounts.py": ACCOUNTS, "urls.py": URLS, "tests.py": TESTS}
LOGIN = "/login/oauth/access_token"

pytestmark = pytest.mark.slow


def test_the_page_shows_the_files_as_they_are() -> None:
    assert {name: (SHOP / "shop" / name).read_text("utf-8") for name in FILES} == FILES
    assert (SHOP / "shop/settings.py").read_text("utf-8").endswith(f"\n\n{SETTINGS}")


def test_a_projects_own_code_for_users_tokens_and_tests_is_short() -> None:
    lines = [line for file in (SETTINGS, ACCOUNTS, TESTS) for line in file.splitlines() if line.strip()]
    assert len(lines) < 40


def test_what_it_installs_is_there_to_be_installed() -> None:
    assert INSTALL == "pip install 'accredit[django]' accredit-facebook\n"


def environment(**more: str) -> dict[str, str]:
    """Return the variables of a project, without those of the tests' own."""
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    exported = dict(word.split("=", 1) for word in TRY.splitlines()[0].split()[1:])
    return {**kept, "SECRET_KEY": "for tests only", **exported, **more}


def ran(folder: Path, *words: str, **more: str) -> str:
    """Run a command in a project, and return what it has said."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@contextmanager
def serving(folder: Path, command: str, **more: str) -> Iterator[str]:
    """Run a server by its command line until the block ends, where PORT is a free port; yields its base URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = shlex.split(command.replace("PORT", str(port)))
    program = sys.executable if words[0] == "python" else str(Path(sys.executable).parent / words[0])
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [program, *words[1:]], cwd=folder, env=environment(**more), stdout=log, stderr=subprocess.STDOUT
        )
    try:
        url = f"http://127.0.0.1:{port}"
        turns = iter(range(600))
        while process.poll() is None and not _answers(url):
            next(turns)  # else it never answers
            time.sleep(0.1)
        assert process.poll() is None, (folder / "server.log").read_text("utf-8")
        yield url
    finally:
        process.terminate()
        process.wait(60)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/login/healthz", timeout=60).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project as Django does, and put into it what the page says."""
    ran(tmp_path, "-m", "django", "startproject", "shop", ".")
    for name, text in FILES.items():
        (tmp_path / "shop" / name).write_text(text, "utf-8")
    with (tmp_path / "shop/settings.py").open("a", encoding="utf-8") as settings:
        settings.write(f"\n{SETTINGS}")
    return tmp_path


def test_a_project_that_startproject_made_runs_and_tests_itself(project: Path) -> None:
    assert "no issues" in ran(project, "manage.py", "check")
    assert "OK" in ran(project, "-W", "error::RuntimeWarning", "manage.py", "test", "shop")
    assert not (project / "accredit-keys.json").exists()
    _, migrate, runserver = TRY.splitlines()
    ran(project, *migrate.split()[1:])
    with serving(project, f"{runserver} --noreload 127.0.0.1:PORT") as url:
        assert httpx.get(f"{url}/login/readyz", timeout=60).json() == {"status": "ready"}
        assert httpx.get(f"{url}/orders", timeout=60).headers["www-authenticate"] == "Bearer"
    assert (project / "accredit-keys.json").stat().st_mode & 0o777 == 0o600


def test_the_other_settings_of_the_page_hold_too(project: Path) -> None:
    with (project / "shop/settings.py").open("a", encoding="utf-8") as settings:
        settings.write(f"\n{BACKENDS}\n{SQLITE}")
    (project / "shop/views.py").write_text("\n".join((VIEW, SIGN_IN, SIGNALS)), "utf-8")
    (project / "shop/tests.py").write_text(f"{TESTS}\n{_MORE_TESTS}", "utf-8")
    assert "Ran 3 tests" in ran(project, "manage.py", "test", "shop")


_MORE_TESTS = """
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.contrib.sessions.backends.db import SessionStore
from shop import views


class OtherViews(TestCase):
    def test_a_token_signs_in_or_not(self):
        with simulated("facebook") as providers:
            for token, status in ("good", 200), ("expired", 401):
                login = providers.people.ada.login(token=token)
                request = RequestFactory().post("/", {"token": login["access_token"]})
                request.session = SessionStore()
                self.assertEqual(views.sign_in(request).status_code, status)
                self.assertEqual(views.whoami(request).status_code, status)

    def test_the_time_is_noted(self):
        with simulated("facebook") as providers, self.captureOnCommitCallbacks(execute=True):
            login = providers.people.ada.login(client_id="shop-app")
            self.client.post("/login/oauth/access_token", login, content_type="application/json")
        self.assertIsNotNone(User.objects.get().last_login)
"""


def test_apis_of_rest_framework_and_ninja_take_tokens_and_the_admin_logs_out(project: Path) -> None:
    with (project / "shop/settings.py").open("a", encoding="utf-8") as settings:
        settings.write(f'\nINSTALLED_APPS += ["rest_framework", "shop"]\n{REST_FRAMEWORK_SETTINGS}')
    (project / "shop/apis.py").write_text(f"{REST_FRAMEWORK}\n{NINJA}", "utf-8")
    (project / "shop/admin.py").write_text(ADMIN, "utf-8")
    with (project / "shop/urls.py").open("a", encoding="utf-8") as urls:
        urls.write(_URLS_OF_APIS)
    (project / "shop/tests.py").write_text(f"{TESTS}\n{_TESTS_OF_APIS}", "utf-8")
    assert "Ran 3 tests" in ran(project, "manage.py", "test", "shop")


_URLS_OF_APIS = """
from django.contrib import admin
from shop import apis

urlpatterns += [
    path("admin/", admin.site.urls),
    path("rest/orders", apis.Orders.as_view()),
    path("ninja/", apis.api.urls),
]
"""
_TESTS_OF_APIS = """
from django.contrib.auth.models import User


class Apis(TestCase):
    def test_they_want_a_token_with_the_scope(self):
        for where in "/rest/orders", "/ninja/orders":
            with simulated("facebook") as providers:
                for scope, status in ("read:orders", 200), ("openid", 403):
                    login = providers.people.ada.login(client_id="shop-app", scope=scope)
                    tokens = self.client.post("/login/oauth/access_token", login, content_type="application/json")
                    headers = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
                    self.assertEqual(self.client.get(where, headers=headers).status_code, status)
                answer = self.client.get(where)
                self.assertEqual((answer.status_code, answer.headers["WWW-Authenticate"]), (401, "Bearer"))

    def test_staff_log_somebody_out(self):
        self.client.force_login(User.objects.create_superuser("staff"))
        chosen = {"action": "log_out_everywhere", "_selected_action": [User.objects.get().pk]}
        with simulated("facebook"):
            page = self.client.post("/admin/auth/user/", chosen, follow=True)
        self.assertContains(page, "1 user logged out everywhere")
"""


def test_the_checks_of_the_page_fail_before_the_tables_are_there(project: Path) -> None:
    check, doctor = CHECK.splitlines()
    command = [sys.executable, *check.split()[1:]]
    done = subprocess.run(command, cwd=project, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "run manage.py migrate accredit" in done.stderr
    ran(project, "manage.py", "migrate")
    told = ran(project, *check.split()[1:])
    assert "the issuer is not https" in told
    assert "ok" in ran(project, *doctor.split()[1:], "--offline")
    assert "0 expired" in ran(project, "manage.py", "accredit", "clear")


_WSGI = "--bind 127.0.0.1:PORT 'django.core.wsgi:get_wsgi_application()'"
SERVERS = {
    "threads": f"gunicorn --threads 8 --workers 2 {_WSGI}",
    "preloaded": f"gunicorn --preload --threads 4 --workers 2 {_WSGI}",
    "asynchronous": "uvicorn --factory --port PORT --lifespan off django.core.asgi:get_asgi_application",
}
PEOPLE = ("ada", "grace", "sappho", "yuki", "alan", "max")


@pytest.fixture(scope="module", params=SERVERS)
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Serve the example over HTTP, with a simulated Facebook beside it."""
    folder = Path(shutil.copytree(SHOP, tmp_path_factory.mktemp("django") / "shop"))
    facebook = installed_simulators()["facebook"]()
    with serve(facebook.app()) as address:
        environment = environment_of({"facebook": facebook.settings(address)})
        environment |= {"DJANGO_SETTINGS_MODULE": "shop.settings", "PYTHONPATH": str(folder)}
        ran(folder, "manage.py", "migrate", **environment)
        with (
            serving(folder, SERVERS[request.param], **environment) as url,
            httpx.Client(base_url=url, timeout=60) as client,
        ):
            yield client


def log_in(shop: httpx.Client, person: str, **more: str) -> httpx.Response:
    body = {"client_id": "shop-app", "connection": "facebook", "access_token": f"EAAsim-good-{person}", **more}
    return shop.post(LOGIN, json=body)


def bearer(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_who_logs_in_may_call_the_api_and_refresh_and_log_out(shop: httpx.Client) -> None:
    first = log_in(shop, "ada", scope="openid offline_access read:orders")
    orders = shop.get("/orders", headers=bearer(first)).json()
    assert orders["orders of"].startswith("facebook-")
    refresh = {"grant_type": "refresh_token", "client_id": "shop-app", "refresh_token": first.json()["refresh_token"]}
    second = shop.post("/login/oauth/token", data=refresh)
    assert shop.get("/orders", headers=bearer(second)).json() == orders
    shop.post("/login/oauth/revoke", data={"client_id": "shop-app", "token": second.json()["refresh_token"]})
    assert shop.get("/orders", headers=bearer(second)).status_code == 401
    assert log_in(shop, "ada", access_token="EAAsim-expired-ada").status_code == 401


def test_many_at_once_stay_themselves(shop: httpx.Client) -> None:
    def visit(number: int) -> tuple[str, str, str]:
        person = PEOPLE[number % len(PEOPLE)]
        answer = log_in(shop, person, scope="openid read:orders")
        userinfo = shop.get("/login/userinfo", headers=bearer(answer)).json()["sub"]
        return person, shop.get("/orders", headers=bearer(answer)).json()["orders of"], userinfo

    with ThreadPoolExecutor(16) as visitors:
        seen = set(visitors.map(visit, range(96)))
    assert len(seen) == len({person for person, *_ in seen}) == len(PEOPLE)
    assert len({name for _, name, _ in seen}) == len({subject for *_, subject in seen}) == len(PEOPLE)
