"""What a Strategy class must look like, and that whatever its code raises at start-up is told as the plugin's fault."""

import asyncio
import functools
from collections.abc import AsyncIterator, Iterator
from typing import Any, NoReturn

import pytest
from core.tests.strategies import Acme, AcmeSettings, Brings
from pydantic import field_validator, model_validator

from accredit.credentials import Credential
from accredit.errors import PluginError
from accredit.hookspecs import hookimpl
from accredit.models import Verification
from accredit.plugins import Connection, load_connections, make_plugin_manager
from accredit.plugins.registry import source_of_object
from accredit.profile import Profile
from accredit.settings import ConnectionSettings
from accredit.strategy import Strategy, VerifyContext

VERIFY = "has a verify that is no coroutine function: write `async def verify(credential, ctx)`"
KIND_OF = "has a kind_of that is no plain function: write `def kind_of(value)`, which neither awaits nor yields"
ACCEPTS = "has accepts that is no frozenset of access_token, code, id_token, signed_payload"
READS = (
    "has reads that is no mapping of names of parameters, such as device_id, to the most characters of each, from 1 to "
    "16384; those that every request has are taken"
)
TYPES = "has token_types that is no mapping of URIs of its own to kinds that it accepts"
NORMALIZE = (
    "has a normalize that is no plain function: write `def normalize(verification)`, which neither awaits nor yields"
)
NAME = "has a name that cannot begin a subject: 1 to 50 ASCII letters, digits, dots, hyphens and underscores"
CHECK = "has a check_credentials that is no coroutine function: write `async def check_credentials(ctx)`"
REFUSALS = "has a refusals_cached_s that is no number of seconds from 0 to 3600"
TRAITS = "has traits that are no frozenset of makes_no_call, unbound, composite_ids, single_use, hs256"
TABLE: dict[str, Any] = {"app_id": "1"}


def load(strategy: Any, **table: Any) -> Connection:
    return load_connections({"acme": TABLE | table}, make_plugin_manager([Brings(strategy)]))[0]["acme"]


def fault_of(plugin: object, **table: Any) -> str:
    with pytest.raises(PluginError) as refused:
        load_connections({"acme": TABLE | table}, make_plugin_manager([plugin]))
    start, message = f"{source_of_object(plugin)}: ", str(refused.value)
    assert message.startswith(start)
    assert "\n" not in message
    return message.removeprefix(start)


def fault(strategy: Any, **table: Any) -> str:
    return fault_of(Brings(strategy), **table)


def odd(**members: Any) -> type[Strategy[Any]]:
    return type("Odd", (Acme,), members)


def plain_verify(self: Any, token: Credential, ctx: VerifyContext) -> None: ...


async def verify(self: Any, token: Credential, ctx: VerifyContext) -> None: ...


async def yielding_verify(self: Any, token: Credential, ctx: VerifyContext) -> AsyncIterator[None]:
    yield


async def verify_one(self: Any, token: Credential) -> None: ...


async def verify_all(self: Any, *everything: object) -> None: ...


async def verify_more(self: Any, token: Credential, ctx: VerifyContext, more: object) -> None: ...


async def async_normalize(self: Any, verification: Verification) -> Profile:
    return Profile()


def yielding_normalize(self: Any, verification: Verification) -> Iterator[Profile]:
    yield Profile()


async def yielding_async_normalize(self: Any, verification: Verification) -> AsyncIterator[Profile]:
    yield Profile()


@functools.wraps(verify)
async def wrapped(*args: Any, **kwargs: Any) -> None: ...


@functools.wraps(verify)
def badly_wrapped(*args: Any, **kwargs: Any) -> Any: ...


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"verify": plain_verify}, VERIFY),
        ({"verify": yielding_verify}, VERIFY),
        ({"verify": lambda self, token, ctx: None}, VERIFY),
        ({"verify": badly_wrapped}, VERIFY),
        ({"verify": None}, VERIFY),
        ({"verify": verify_one}, "has a verify that cannot be called as verify(credential, ctx)"),
        ({"verify": verify_more}, "has a verify that cannot be called as verify(credential, ctx)"),
        ({"verify": staticmethod(verify)}, "has a verify that cannot be called as verify(credential, ctx)"),
        ({"normalize": async_normalize}, NORMALIZE),
        ({"normalize": yielding_normalize}, NORMALIZE),
        ({"normalize": yielding_async_normalize}, NORMALIZE),
        ({"normalize": "profile"}, NORMALIZE),
        ({"normalize": lambda self: None}, "has a normalize that cannot be called as normalize(verification)"),
        ({"check_credentials": lambda self, ctx: None}, CHECK),
        ({"check_credentials": None}, CHECK),
        ({"check_credentials": verify}, "has a check_credentials that cannot be called as check_credentials(ctx)"),
        ({"name": 5}, "has no name"),
        *(({"name": name}, NAME) for name in ("a|b", "a b", "ä", "a\n", "-a", "a/b", "\x1b[1m", "a" * 51)),
        ({"user_id_scope": "world"}, "has a user_id_scope that is none of global, app, issuer"),
        ({"traits": frozenset({"unheard_of"})}, TRAITS),
        ({"traits": {"unbound"}}, TRAITS),
        ({"traits": frozenset("unbound")}, TRAITS),
        *(({"refusals_cached_s": value}, REFUSALS) for value in (-1, 3601, "60", None, True, float("nan"))),
        ({"paths_name_nobody": "yes"}, "has a paths_name_nobody that is neither True nor False"),
        *(({"accepts": value}, ACCEPTS) for value in (None, frozenset(), {"code"}, frozenset({"codes"}), "code")),
        ({"accepts": frozenset({"code"})}, "accepts codes, and has a settings_type that is no CodeSettings"),
        *(({"reads": {name: 10}}, READS) for name in ("Device", "", "a b", "nonce", "code", "client_secret", 7)),
        *(({"reads": {"device_id": most}}, READS) for most in (0, 16_385, "10", True, None)),
        *(({"reads": value}, READS) for value in (None, ["a"], "a")),
        *(({"token_types": value}, TYPES) for value in (None, {"x": "id_token"}, {"x:y": "code"}, {7: "id_token"})),
        ({"token_types": {"urn:ietf:params:oauth:token-type:id_token": "id_token"}}, TYPES),
        ({"supports_pkce": None}, "has a supports_pkce that is neither True nor False"),
        ({"kind_of": None}, KIND_OF),
        ({"kind_of": verify}, KIND_OF),
        ({"kind_of": lambda self: None}, "has a kind_of that cannot be called as kind_of(value)"),
        ({"settings_type": AcmeSettings(app_id="1")}, "has a settings_type that is no ConnectionSettings"),
    ],
)
def test_a_class_that_could_serve_nobody_stops_start_up(members: dict[str, Any], problem: str) -> None:
    assert fault(odd(**members)) == f"Odd {problem}"


@pytest.mark.parametrize(
    "members",
    [
        {"verify": verify},
        {"verify": wrapped},
        {"verify": verify_all},
        {"verify": staticmethod(verify_all)},
        {"normalize": lambda self, verification: Profile()},
        {"normalize": classmethod(lambda cls, verification: Profile())},
        {"normalize": str},
        {"traits": frozenset({"hs256", "single_use"})},
    ],
)
def test_what_can_be_called_as_it_must_be_is_taken(members: dict[str, Any]) -> None:
    assert load(odd(**members)).name == "acme"


class Ends(BaseException):
    """What no `except Exception` sees."""


ENDS = [SystemExit("hunter2"), Ends("hunter2"), GeneratorExit(), asyncio.CancelledError(), MemoryError(), KeyError("x")]


def raising(error: BaseException) -> Any:
    def raise_it(*_: Any, **__: Any) -> NoReturn:
        raise error

    return raise_it


@pytest.mark.parametrize("error", ENDS, ids=lambda error: type(error).__name__)
def test_whatever_a_constructor_raises_is_the_plugins_fault(error: BaseException) -> None:
    message = fault(odd(__init__=raising(error)))
    assert message.startswith(f"strategy 'acme' cannot be made: {type(error).__name__} in ")
    assert "hunter2" not in message  # the settings were at hand: its text may quote a secret


@pytest.mark.parametrize("error", ENDS, ids=lambda error: type(error).__name__)
def test_whatever_a_hook_raises_is_the_plugins_fault(error: BaseException) -> None:
    class Raises:
        @hookimpl
        def strategies(self) -> NoReturn:
            raise error

    assert fault_of(Raises()).startswith(f"hook strategies failed: {type(error).__name__} in ")


@pytest.mark.parametrize("error", ENDS, ids=lambda error: type(error).__name__)
def test_whatever_the_settings_raise_is_the_plugins_fault(error: BaseException) -> None:
    class Settings(AcmeSettings):
        @field_validator("app_id")
        @classmethod
        def check(cls, value: str) -> str:
            raise error

    message = fault(odd(settings_type=Settings))
    assert message.startswith(f"the settings of strategy 'acme' fail: {type(error).__name__} in ")
    assert "hunter2" not in message


@pytest.mark.parametrize("error", ENDS, ids=lambda error: type(error).__name__)
def test_whatever_the_issuer_of_ids_raises_is_the_plugins_fault(error: BaseException) -> None:
    settings = type("Settings", (AcmeSettings,), {"user_id_issuer": property(raising(error))})
    message = fault(odd(settings_type=settings))
    assert message.startswith(f"user_id_issuer of connection 'acme' failed: {type(error).__name__} in ")


@pytest.mark.parametrize("error", ENDS, ids=lambda error: type(error).__name__)
def test_whatever_looking_at_a_plugin_raises_is_its_fault(error: BaseException) -> None:
    class Odd:
        __dir__ = raising(error)

    assert fault_of(Odd()).startswith(f"{type(error).__name__} in ")


@pytest.mark.parametrize("place", ["__init__", "settings"])
def test_the_operator_may_interrupt_a_start(place: str) -> None:
    interrupted = raising(KeyboardInterrupt())
    settings = type("Settings", (AcmeSettings,), {"accepted_audiences": property(interrupted)})
    strategy = odd(__init__=interrupted) if place == "__init__" else odd(settings_type=settings)
    with pytest.raises(KeyboardInterrupt):
        load(strategy)


def test_a_message_of_many_lines_is_told_in_one_and_cut() -> None:
    class Raises:
        @hookimpl
        def strategies(self) -> NoReturn:
            raise RuntimeError("first\n\n  second " + "x" * 500)

    message = fault_of(Raises())
    assert ": first second xxx" in message
    assert message.endswith("x…")
    assert len(message) < 500


def test_a_message_that_cannot_be_made_is_left_out() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    class Raises:
        @hookimpl
        def strategies(self) -> NoReturn:
            raise Mute

    assert fault_of(Raises()).endswith(")")  # of the place


def test_what_a_hook_yields_is_shown_briefly() -> None:
    message = fault("x" * 500)
    assert message.startswith("hook strategies yields 'xxx")
    assert message.endswith("xxx', which is no Strategy class")
    assert len(message) < 100


class TrustsByDefault(AcmeSettings):
    accept_unbound_tokens: bool = True


class Opens(AcmeSettings):
    @model_validator(mode="after")
    def open(self) -> "Opens":
        vars(self).update(accept_unbound_tokens=True, trust_email=True)
        return self


class TrustsFriends(AcmeSettings):
    trusted_audiences: tuple[str, ...] = ("attackers-app",)


class Befriends(AcmeSettings):
    @model_validator(mode="after")
    def befriend(self) -> "Befriends":
        vars(self).update(trusted_audiences=("attackers-app",))
        return self


class Named(AcmeSettings):
    namespace: str | None = "facebook"


@pytest.mark.threat(3)
@pytest.mark.parametrize(
    ("settings", "what"),
    [
        (TrustsByDefault, "accept_unbound_tokens"),
        (Opens, "accept_unbound_tokens, trust_email"),
        (TrustsFriends, "trusted_audiences"),
        (Befriends, "trusted_audiences"),
        (Named, "namespace"),
    ],
)
def test_a_strategys_settings_leave_alone_what_every_connection_has(
    settings: type[ConnectionSettings], what: str
) -> None:
    told = f"{settings.__name__} decides about {what}: leave what all connections have as it is"
    assert fault(odd(settings_type=settings)) == told


def test_what_the_operator_says_about_every_connection_holds() -> None:
    settings = load(odd(settings_type=TrustsByDefault), accept_unbound_tokens=False, trust_email=True).settings
    assert (settings.accept_unbound_tokens, settings.trust_email) == (False, True)


def test_a_property_in_the_place_of_what_every_connection_has_is_found() -> None:
    class Settings(AcmeSettings):
        pass

    Settings.trust_email = property(lambda _: True)  # type: ignore[assignment]  # what is tried
    assert fault(odd(settings_type=Settings)).startswith("Settings decides about trust_email: ")


def test_settings_that_become_something_else_are_refused() -> None:
    class Settings(AcmeSettings):
        @model_validator(mode="wrap")
        @classmethod
        def replace(cls, value: Any, handler: Any) -> Any:
            return AcmeSettings(app_id="1")

    assert fault(odd(settings_type=Settings)) == "Settings makes a AcmeSettings of a connection's table"


def test_a_strategy_keeps_the_name_of_its_class() -> None:
    def init(self: Any, settings: ConnectionSettings) -> None:
        self.settings, self.name = settings, "facebook"

    assert fault(odd(__init__=init)) == "strategy 'acme' changes its name when it is made"


class Unfinished(AcmeSettings):
    more: "NobodyDefinedThis"  # type: ignore[name-defined]  # noqa: F821 - what is tried


def test_settings_that_are_not_finished_are_the_plugins_fault() -> None:
    assert fault(odd(settings_type=Unfinished)).startswith(
        "the settings of strategy 'acme' fail: PydanticUserError in "
    )
