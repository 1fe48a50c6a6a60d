"""Callbacks: a host says who its users are, in the thread and the app context of the request."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from core.tests.acme import ADA, Provider
from core.tests.bench import ListLogger
from core.tests.contrib.flask.shop import LOGIN, bearing, extension, log_in, shop, token_of
from flask import Flask, current_app, g, request

from accredit import AccessDenied, Identity
from accredit.contrib.flask import Accredit, current_token
from accredit.storage import MemoryStorage, StoredSubject


class Users:
    """The table of a host's users, and where each question was asked."""

    def __init__(self, accredit: Accredit) -> None:
        self.names: dict[int, str | None] = {}
        self.active = True
        self.asked: list[tuple[str, int, str]] = []
        accredit.create_user(self.create_user)
        accredit.may_log_in(self.may_log_in)
        accredit.claims(self.claims)

    def create_user(self, identity: Identity) -> int:
        self._note("create_user")
        number = 41 + len(self.names) + 1
        self.names[number] = identity.profile.name
        return number

    def may_log_in(self, user_id: str) -> bool:
        self._note("may_log_in")
        return self.active and int(user_id) in self.names

    def claims(self, user_id: str) -> dict[str, Any]:
        self._note("claims")
        return {"https://shop.example.com/name": self.names[int(user_id)]}

    def _note(self, name: str) -> None:
        g.seen = name  # only in an app context
        self.asked.append((name, threading.get_ident(), current_app.name))


@pytest.fixture
def accredit() -> Accredit:
    return extension()


@pytest.fixture
def users(accredit: Accredit) -> Users:
    return Users(accredit)


@pytest.fixture
def app(accredit: Accredit, users: Users) -> Flask:
    app = shop(accredit)

    @app.get("/me")
    @accredit.require_token()
    def me() -> dict[str, Any]:
        return {"id": current_token.subject, **current_token.claims}

    return app


def me(app: Flask, token: str) -> Any:
    return app.test_client().get("/me", headers=bearing(token)).get_json()


def test_the_host_s_user_is_the_subject(app: Flask, users: Users) -> None:
    caller = me(app, token_of(app))
    assert (caller["id"], caller["https://shop.example.com/name"]) == ("42", "Ada Lovelace")
    assert users.names == {42: "Ada Lovelace"}


def test_a_user_is_made_once(app: Flask, users: Users) -> None:
    assert {me(app, token_of(app))["id"] for _ in range(3)} == {"42"}
    assert [name for name, _, _ in users.asked].count("create_user") == 1


def test_callbacks_run_in_the_thread_and_the_context_of_the_request(app: Flask, users: Users) -> None:
    seen = []

    @app.after_request
    def look(response: Any) -> Any:
        seen.append((g.get("seen"), request.path))
        return response

    log_in(app)
    assert {(thread, name) for _, thread, name in users.asked} == {(threading.get_ident(), "shop")}
    assert seen == [("may_log_in", LOGIN)]


def test_outside_of_a_request_they_have_an_app_context_of_their_own(app: Flask, users: Users) -> None:
    from core.tests.bench import good_request

    tokens = app.extensions["accredit"].exchange(good_request())
    assert tokens.subject == "42"
    assert {name for _, _, name in users.asked} == {"shop"}


def test_in_the_context_of_another_app_they_have_their_own(app: Flask, users: Users) -> None:
    from core.tests.bench import good_request

    with Flask("another").app_context():
        app.extensions["accredit"].exchange(good_request())
    assert {name for _, _, name in users.asked} == {"shop"}


def test_a_user_who_may_not_log_in_is_refused_everywhere_at_once(app: Flask, users: Users) -> None:
    answer = log_in(app).get_json()
    users.active = False
    assert app.test_client().get("/me", headers=bearing(answer["access_token"])).status_code == 401
    refused = log_in(app)
    assert (refused.status_code, refused.get_json()["error_description"]) == (401, "user is blocked")
    body = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": answer["refresh_token"]}
    assert app.test_client().post("/login/oauth/token", json=body).status_code != 200
    users.active = True
    assert log_in(app).status_code == 200


def test_the_host_may_refuse_a_stranger_in_its_own_words(accredit: Accredit) -> None:
    @accredit.create_user
    def create(identity: Identity) -> int:
        raise AccessDenied("by invitation only")

    answer = log_in(shop(accredit))
    assert (answer.status_code, answer.get_json()["error_description"]) == (401, "by invitation only")


def test_an_identity_that_was_taken_off_its_user_makes_no_new_one(app: Flask, users: Users) -> None:
    log_in(app)
    app.extensions["accredit"].exchange.subjects.unlink("acme", "1000")
    assert log_in(app).status_code == 401
    assert list(users.names) == [42]


def test_a_user_who_is_signed_in_can_add_another_login(app: Flask, users: Users) -> None:
    token = token_of(app)
    added = {"connection": "globex", "access_token_secret": "secret", "main_access_token": token}
    assert me(app, token_of(app, **added))["id"] == "42"
    subjects = app.extensions["accredit"].exchange.subjects
    assert {namespace for namespace, _ in subjects.identities("42")} == {"acme", "globex"}
    assert list(users.names) == [42]


@pytest.mark.threat(28)
def test_many_first_logins_of_one_person_at_once_are_one_user(app: Flask, users: Users) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: log_in(app).status_code, range(32)))
    assert answers == [200] * 32
    assert list(users.names) == [42]


def test_of_two_processes_that_make_a_user_the_first_one_s_stays(
    accredit: Accredit, caplog: pytest.LogCaptureFixture
) -> None:
    storage = MemoryStorage()

    @accredit.create_user
    def create(identity: Identity) -> str:
        # What another process does meanwhile. A callback may call the exchange itself.
        accredit.exchange.run(lambda: storage.create(identity.namespace, identity.user_id, "first", now=1))
        return "second"

    app = shop(accredit, storage=storage)
    exchange = app.extensions["accredit"].exchange
    assert exchange.authenticate(token_of(app)).subject == "first"
    assert [one.getMessage() for one in caplog.records if one.name == "shop"] == [
        "user second is left without logins: another process has made user first of the same account"
    ]


class Overtaken(MemoryStorage):
    """While the engine has just looked at an identity, somebody else enters it, or takes it off."""

    def __init__(self, *, unlinked: bool) -> None:
        super().__init__()
        self._unlinked = unlinked
        self._looked = False

    async def subject_of(self, namespace: str, user_id: str) -> StoredSubject | None:
        found = await super().subject_of(namespace, user_id)
        if not self._looked:
            self._looked = True
            await self.create(namespace, user_id, "42", now=1)
            if self._unlinked:
                await self.unlink(namespace, user_id)
        return found


@pytest.mark.threat(28)
def test_a_user_who_was_made_since_the_engine_looked_is_the_subject(accredit: Accredit) -> None:
    accredit.create_user(lambda _: pytest.fail("there is a user already"))
    app = shop(accredit, storage=Overtaken(unlinked=False))
    assert app.extensions["accredit"].exchange.authenticate(token_of(app)).subject == "42"


@pytest.mark.threat(39)
def test_an_identity_that_was_taken_off_since_the_engine_looked_logs_in_nobody(accredit: Accredit) -> None:
    accredit.create_user(lambda _: pytest.fail("nobody is made of it"))
    answer = log_in(shop(accredit, storage=Overtaken(unlinked=True)))
    assert (answer.status_code, answer.get_json()["error_description"]) == (401, "user is not linked")


def test_a_host_with_tables_of_its_own_says_whose_identity_it_is(accredit: Accredit) -> None:
    known = {("acme", "1000"): "ada"}

    @accredit.resolve_user
    async def find(identity: Identity) -> str | None:
        return known.get((identity.namespace, identity.user_id))

    app = shop(accredit)
    assert app.extensions["accredit"].exchange.authenticate(token_of(app)).subject == "ada"
    known.clear()
    assert app.extensions["accredit"].exchange.authenticate(token_of(app)).subject == "acme|1000"


BAD = [
    ("create_user", None, "it returned NoneType: return the id of a user, a str or an int"),
    ("create_user", True, "it returned bool: return the id of a user, a str or an int"),
    ("resolve_user", 1.5, "it returned float: return the id of a user, a str or an int"),
    ("may_log_in", 1, "it returned int: return True or False"),
    ("may_log_in", None, "it returned NoneType: return True or False"),
    ("claims", None, "it returned NoneType: return a dictionary of claims, which may be empty"),
]


@pytest.mark.threat(37)
@pytest.mark.parametrize(("name", "answer", "told"), BAD)
def test_an_answer_of_another_kind_refuses_and_says_what_to_change(
    accredit: Accredit, caplog: pytest.LogCaptureFixture, name: str, answer: object, told: str
) -> None:
    getattr(accredit, name)(lambda _: answer)
    app = shop(accredit)
    assert log_in(app).status_code == 500
    [record] = [one for one in caplog.records if one.name == "shop"]
    assert record.getMessage() == f"the callback '{name}' of Accredit failed"
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == told


def test_what_a_callback_raises_is_logged_as_an_exception_of_a_view_is(
    accredit: Accredit, caplog: pytest.LogCaptureFixture
) -> None:
    @accredit.claims
    def claims(user_id: str) -> dict[str, Any]:
        raise LookupError("no row")

    log = ListLogger()
    answer = log_in(shop(accredit, logger=log))
    assert (answer.status_code, answer.get_json()["error"]) == (500, "server_error")
    assert "no row" not in answer.text
    assert [str(one.exc_info[1]) for one in caplog.records if one.name == "shop" and one.exc_info] == ["no row"]
    [told] = [line for _, line in log.events() if line["event"] == "exchange.failed"]
    assert told["reason"] == "plugin_failed"
    assert "LookupError in" in told["detail"]
    assert "no row" not in told["detail"]


def test_callbacks_may_be_registered_after_the_app_was_made_but_before_its_first_login(accredit: Accredit) -> None:
    app = shop(accredit)

    @accredit.create_user
    def create(identity: Identity) -> int:
        return 7

    exchange = app.extensions["accredit"].exchange
    assert exchange.authenticate(token_of(app)).subject == "7"
    with pytest.raises(RuntimeError, match=r"^the Flask app 'shop' has served logins already: register callbacks"):
        accredit.claims(lambda _: {})


def test_a_callback_is_registered_once(accredit: Accredit) -> None:
    accredit.claims(dict)
    with pytest.raises(RuntimeError, match=r"^claims is registered already, as dict$"):
        accredit.claims(dict)


def test_two_apps_of_one_extension_have_one_set_of_callbacks_and_each_its_own_users(
    accredit: Accredit, users: Users
) -> None:
    for name in ("shop", "admin"):
        assert log_in(shop(accredit, name=name)).status_code == 200
    assert {name for _, _, name in users.asked} == {"shop", "admin"}
    assert list(users.names) == [42, 43]


def test_the_provider_is_asked_once_a_login(accredit: Accredit, users: Users) -> None:
    provider = Provider()
    log_in(shop(accredit, transport=provider))
    assert len(provider.requests) == 1
    assert users.names == {42: ADA["name"]}
