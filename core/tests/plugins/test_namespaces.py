"""Which connections may share their users: those of which an id means the same person."""

from collections.abc import Mapping
from typing import Any

import pytest
from core.tests.acme import Acme, AcmeSettings, Brings, Globex

from accredit import ConfigurationError
from accredit.errors import PluginError
from accredit.plugins import load_connections, make_plugin_manager


def scoped(scope: str, name: str = "acme", settings_type: type[AcmeSettings] = AcmeSettings) -> type[Acme]:
    return type("Scoped", (Acme,), {"user_id_scope": scope, "name": name, "settings_type": settings_type})


def namespaces(strategy: type[Acme], tables: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Start up, and return the namespace of each connection."""
    brought = Brings(strategy, scoped("app", "hooli"), Globex)
    own = {
        name: {"strategy": "acme", "app_ids": ["a"], **table} if table.get("strategy") != "globex" else dict(table)
        for name, table in tables.items()
    }
    connections, _ = load_connections(own, make_plugin_manager([brought]))
    return {name: connection.namespace for name, connection in connections.items()}


def assert_refused(strategy: type[Acme], tables: Mapping[str, Mapping[str, Any]], problem: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        namespaces(strategy, tables)
    assert str(refused.value).startswith(problem)


OTHER_APP: Mapping[str, Any] = {"app_ids": ["b"]}
OTHER_ISSUER: Mapping[str, Any] = {"api_url": "https://api.initech.example"}
BOTH = "connections 'one' and 'two': a user id of one may be another person's at the other, and both would log in "


@pytest.mark.parametrize("scope", ["global", "app", "issuer"])
def test_a_namespace_is_the_strategys_name_unless_one_is_set(scope: str) -> None:
    tables = {"acme": {}, "game": {**OTHER_APP, "namespace": "acme-game"}}
    assert namespaces(scoped(scope), tables) == {"acme": "acme", "game": "acme-game"}


@pytest.mark.parametrize(
    ("scope", "other"),
    [
        ("global", {}),
        ("global", OTHER_APP),
        ("global", OTHER_ISSUER),
        ("issuer", {}),
        ("issuer", OTHER_APP),
        ("app", {}),
    ],
)
def test_connections_share_their_users_where_an_id_means_the_same_person(scope: str, other: Any) -> None:
    assert namespaces(scoped(scope), {"one": {}, "two": other}) == {"one": "acme", "two": "acme"}


MEET = [("issuer", OTHER_ISSUER), ("app", OTHER_APP), ("app", OTHER_ISSUER), ("app", {"app_ids": ["a", "b"]})]


@pytest.mark.threat(43)
@pytest.mark.parametrize(("scope", "other"), MEET)
def test_ids_of_different_scopes_never_meet_in_one_namespace_unless_both_say_so(scope: str, other: Any) -> None:
    strategy = scoped(scope)
    assert_refused(strategy, {"one": {}, "two": other}, f"{BOTH}'acme|<user id>'")
    assert_refused(strategy, {"one": {}, "two": {**other, "namespace": "acme"}}, BOTH)
    assert_refused(strategy, {"one": {"namespace": "acme"}, "two": other}, BOTH)

    said = {"one": {"namespace": "people"}, "two": {**other, "namespace": "people"}}
    assert namespaces(strategy, said) == {"one": "people", "two": "people"}
    apart = {"one": {}, "two": {**other, "namespace": "people"}, "three": {**other, "namespace": "others"}}
    assert namespaces(strategy, apart) == {"one": "acme", "two": "people", "three": "others"}


@pytest.mark.threat(43)
def test_a_strategy_that_does_not_say_is_taken_to_mean_the_app() -> None:
    one, two = ({"strategy": "globex", "consumer_key": key} for key in ("1", "2"))
    assert_refused(Acme, {"one": one, "two": two}, f"{BOTH}'globex|<user id>'")
    assert namespaces(Acme, {"one": one, "two": {**two, "namespace": "two"}}) == {"one": "globex", "two": "two"}


def test_a_connection_that_is_off_is_in_nobodys_way() -> None:
    assert namespaces(scoped("app"), {"one": {}, "two": {**OTHER_APP, "enabled": False}}) == {"one": "acme"}


@pytest.mark.threat(43)
@pytest.mark.parametrize("name", ["hooli", "globex", "facebook"])
def test_no_namespace_is_another_strategys_name(name: str) -> None:
    problem = f"connection 'one': namespace '{name}' is the name of another strategy"
    assert_refused(scoped("global"), {"one": {"namespace": name}}, problem)


@pytest.mark.threat(43)
def test_two_strategies_share_a_namespace_only_where_both_say_so() -> None:
    # A strategy of the name `people` has that namespace by itself.
    strategy = scoped("global")
    hooli: Mapping[str, Any] = {"strategy": "hooli"}
    both = {"one": {"namespace": "people"}, "two": {**hooli, "namespace": "people"}}
    assert namespaces(strategy, both) == {"one": "people", "two": "people"}
    assert_refused(strategy, {"one": {"namespace": "hooli"}, "two": hooli}, "connection 'one': namespace 'hooli'")


@pytest.mark.parametrize("name", ["", "a|b", "a b", "-a", "a\n", "ä", "x" * 51, 5])
def test_a_namespace_is_a_plain_name(name: object) -> None:
    with pytest.raises(ConfigurationError, match="connection 'one': setting namespace"):
        namespaces(Acme, {"one": {"namespace": name}})
    assert namespaces(Acme, {"one": {"namespace": "x" * 50}}) == {"one": "x" * 50}


@pytest.mark.parametrize("scope", ["", "everywhere", None, True])
def test_a_strategy_of_a_scope_that_nobody_knows_is_refused(scope: Any) -> None:
    with pytest.raises(PluginError, match="Scoped has a user_id_scope that is none of global, app, issuer"):
        namespaces(scoped(scope), {"acme": {}})


def test_the_issuer_is_what_the_settings_say() -> None:
    class WithIssuer(AcmeSettings):
        issuer: str

    strategy = scoped("issuer", settings_type=WithIssuer)
    same = {"one": {"issuer": "a"}, "two": {"issuer": "a", **OTHER_APP}}
    assert namespaces(strategy, same) == {"one": "acme", "two": "acme"}
    assert_refused(strategy, {"one": {"issuer": "a"}, "two": {"issuer": "b"}}, BOTH)
