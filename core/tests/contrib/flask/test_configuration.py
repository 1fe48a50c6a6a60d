"""Where a Flask app says its settings, and what it is told when they are not good."""

from pathlib import Path
from typing import Any

import pytest
from core.tests.contrib.flask.shop import extension, log_in, parts, shop, tables
from flask import Flask

from accredit import ConfigurationError
from accredit.contrib.flask import Accredit


def flask_app(folder: Path, **config: Any) -> Flask:
    app = Flask("shop", root_path=str(folder), instance_path=str(folder / "instance"))
    app.config.update(config)
    return app


def settings_of(app: Flask, **given: Any) -> Any:
    extension().init_app(app, **given)
    return app.extensions["accredit"].settings


TOML = """
issuer = "https://shop.example.com/login/"
[connections.acme]
app_ids = ["acme-app"]
[clients.app]
connections = ["acme"]
"""


def test_relative_paths_of_tables_begin_at_the_instance_folder_which_is_made(tmp_path: Path) -> None:
    settings = settings_of(flask_app(tmp_path, ACCREDIT={"issuer": "https://shop.example.com/"}))
    assert settings.storage.url == f"sqlite:///{tmp_path / 'instance' / 'accredit.db'}"
    assert settings.keys.path == str(tmp_path / "instance" / "accredit-keys.json")
    assert list(tmp_path.iterdir()) == [tmp_path / "instance"]
    assert list((tmp_path / "instance").iterdir()) == [], "nothing has been opened"


def test_a_file_begins_at_the_root_of_the_app_and_its_own_paths_at_the_file(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "accredit.toml").write_text(TOML)
    settings = settings_of(flask_app(tmp_path, ACCREDIT_CONFIG="conf/accredit.toml"))
    assert settings.issuer == "https://shop.example.com/login/"
    assert settings.keys.path == str(tmp_path / "conf" / "accredit-keys.json")
    assert not (tmp_path / "instance").exists()


def test_the_environment_comes_on_top_of_tables_and_leaves_them_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCREDIT_TOKENS__ACCESS_TTL_S", "60")
    given = {"issuer": "https://shop.example.com/", "tokens": {"access_ttl_s": 90}, "keys": {"path": Path("k.json")}}
    settings = settings_of(flask_app(tmp_path, ACCREDIT=given))
    assert settings.tokens.access_ttl_s == 60
    assert given["tokens"] == {"access_ttl_s": 90}
    assert settings.keys.path == str(tmp_path / "instance" / "k.json")


BAD = [
    ({}, r'^app\.config has no settings: before init_app, set app\.config\["ACCREDIT"\] = '),
    ({"ACCREDIT": {}, "ACCREDIT_CONFIG": "a.toml"}, r"^app\.config has both ACCREDIT and ACCREDIT_CONFIG: keep one"),
    ({"ACCREDIT": "a.toml"}, r'^app\.config\["ACCREDIT"\] is a str: it must be a mapping of tables$'),
    ({"ACCREDIT_CONFIG": "no.toml"}, r"^cannot read .*no\.toml: No such file"),
    ({"ACCREDIT": {}}, r"issuer"),
    ({"ACCREDIT": {**tables(), "connections": {"acme": {}}}}, r"connection"),
]


@pytest.mark.parametrize(("config", "told"), BAD)
def test_what_cannot_work_stops_init_app_with_a_sentence(tmp_path: Path, config: dict[str, Any], told: str) -> None:
    app = flask_app(tmp_path, **config)
    with pytest.raises(ConfigurationError, match=told):
        extension().init_app(app)
    assert "accredit" not in app.extensions


def test_an_instance_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "instance").write_text("a file")
    app = flask_app(tmp_path, ACCREDIT=tables({"storage": {"url": "sqlite:///a.db"}}))
    with pytest.raises(ConfigurationError, match=r"^cannot make the instance folder .*: File exists; make it, or set"):
        extension().init_app(app)


def test_an_instance_folder_is_not_made_where_nothing_is_written_there(tmp_path: Path) -> None:
    settings = tables({"keys": {"path": str(tmp_path / "keys.json")}})
    settings_of(flask_app(tmp_path, ACCREDIT=settings))
    assert list(tmp_path.iterdir()) == []


def test_an_app_is_given_accredit_once() -> None:
    accredit = extension()
    app = shop(accredit)
    with pytest.raises(RuntimeError, match=r"^the Flask app 'shop' has Accredit already: call init_app once$"):
        accredit.init_app(app)


def test_the_constructor_takes_an_app_too() -> None:
    app = Flask("shop")
    app.config["ACCREDIT"] = tables()
    given = parts()
    Accredit(app, plugins=extension()._plugins, url_prefix="/auth", **given)
    assert app.test_client().get("/auth/healthz").status_code == 200


def test_parts_in_the_configuration_take_the_place_of_the_others() -> None:
    app = Flask("shop")
    app.config.update(ACCREDIT=tables(), ACCREDIT_PARTS=parts())
    extension().init_app(app, storage=None)
    assert log_in(app).status_code == 200


def test_the_exchange_of_the_current_app_is_at_the_extension_and_at_the_app() -> None:
    accredit = extension()
    one, other = shop(accredit, name="one"), shop(accredit, name="other")
    for app in (one, other):
        with app.app_context():
            assert accredit.exchange is app.extensions["accredit"].exchange
    assert one.extensions["accredit"].exchange is not other.extensions["accredit"].exchange


def test_apps_of_one_process_keep_their_users_apart() -> None:
    one, other = shop(name="one"), shop(name="other", settings={"issuer": "https://other.example.com/login/"})
    token = log_in(one).get_json()["access_token"]
    for app, status in ((one, 200), (other, 401)):
        headers = {"Authorization": f"Bearer {token}"}
        assert app.test_client().get("/login/userinfo", headers=headers).status_code == status
