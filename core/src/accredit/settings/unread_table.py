"""What an operator says to a plugin, before that is loaded."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any, Self

from pydantic import GetCoreSchemaHandler, SerializationInfo
from pydantic_core import CoreSchema, core_schema

_MASK = "**********"


class UnreadTable(Mapping[str, Any]):
    """A table as it was written; a strategy, or another plugin, will read it.

    Nobody knows yet which values are secret, so none is shown but `strategy` and what is true or false.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = copy.deepcopy(dict(values))

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self.shown())

    def shown(self) -> dict[str, Any]:
        """Return the table with its secrets, and whatever may be one, masked."""
        return {name: value if name == "strategy" or isinstance(value, bool) else _MASK for name, value in self.items()}

    def _dumped(self, info: SerializationInfo) -> Self | dict[str, Any]:
        return self if info.mode == "python" else self.shown()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic read a table from a mapping; in JSON it is masked."""
        return core_schema.no_info_after_validator_function(
            cls,
            core_schema.dict_schema(core_schema.str_schema()),
            serialization=core_schema.plain_serializer_function_ser_schema(cls._dumped, info_arg=True),
        )
