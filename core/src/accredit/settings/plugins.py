"""The table `[plugins]`: which plugins are on, and what each of them is told."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from accredit.settings.fields import ListOf
from accredit.settings.table import Table
from accredit.settings.text import check_plugin_name, check_setting_text
from accredit.settings.unread_table import UnreadTable

PluginName = Annotated[str, AfterValidator(check_plugin_name)]
"""A name of a plugin: small letters and digits, in parts that hyphens join. A variable can hold no other."""


class PluginSettings(Table):
    """Installed plugins that are switched on by name: hooks, signers, observers.

    What stands in `[plugins.NAME]` is for the plugin of that name, which reads it. Its values are shown nowhere.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, UnreadTable]

    enabled: ListOf[PluginName] = ()
    """Entry points of the group `accredit.plugins`, in the order in which their hooks run."""

    @property
    def tables(self) -> Mapping[str, UnreadTable]:
        """What the enabled plugins are told, by name; one that is told nothing has no table."""
        return MappingProxyType(self.__pydantic_extra__)

    @model_validator(mode="before")
    @classmethod
    def _has_no_other_setting(cls, values: Any) -> Any:
        if isinstance(values, Mapping):
            others = (name for name, value in values.items() if not isinstance(value, Mapping))
            unknown = (name for name in others if name not in cls.model_fields)
            _refuse(InitErrorDetails(type="extra_forbidden", loc=(name,), input=None) for name in unknown)
        return values

    @model_validator(mode="after")
    def _tells_only_plugins_that_are_on(self) -> Self:
        told = "no such plugin is enabled: name it in plugins.enabled, or remove this"
        problem = PydanticCustomError("not_enabled", told)
        others = (name for name in self.tables if name not in self.enabled)
        _refuse(InitErrorDetails(type=problem, loc=(name,), input=None) for name in others)
        _refuse(self._unclean())
        return self

    def _unclean(self) -> Iterator[InitErrorDetails]:
        for name, table in self.tables.items():
            for key, value in table.items():
                if isinstance(value, str) and (problem := _problem_of_text(value)):
                    yield InitErrorDetails(type=PydanticCustomError("text", problem), loc=(name, key), input=None)


def _refuse(problems: Iterator[InitErrorDetails]) -> None:
    if found := list(problems):
        raise ValidationError.from_exception_data("PluginSettings", found)


def _problem_of_text(value: str) -> Any:
    try:
        check_setting_text(value)
    except ValueError as exc:
        return str(exc)
    return None
