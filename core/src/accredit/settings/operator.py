"""The operator's page: whether there is one, where, and who may see it."""

import re
import secrets
from dataclasses import dataclass
from typing import Annotated, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

from accredit.settings.client_secret import SecretHash
from accredit.settings.fields import BaseUrl
from accredit.settings.table import Table

_PREFIX = "aop_"


def new_operator_token() -> str:
    """Return a new token of 256 random bits, in characters that no encoding changes."""
    return _PREFIX + secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class OperatorTokenHash(SecretHash):
    """What is stored of the token that opens the page: as of a client's secret, and never mistaken for that."""

    form: ClassVar[re.Pattern[str]] = re.compile(r"aop_[A-Za-z0-9_-]{43}")
    name: ClassVar[str] = "token for the operator's page"
    made_by: ClassVar[str] = "`accredit operator token`"


def _is_token_hash(value: SecretStr) -> SecretStr:
    OperatorTokenHash.parse(value.get_secret_value())
    return value


class OperatorSettings(Table):
    """The operator's page of `accredit serve`, on an address of its own: what happens, and what to do about it."""

    enabled: bool = False
    """Whether there is one."""
    host: str = Field(default="127.0.0.1", min_length=1)
    """The address to listen on; by default this machine only."""
    port: int = Field(default=9465, ge=0, le=65535)
    """0 takes a free one."""
    url: BaseUrl | None = None
    """Where browsers reach it through a proxy with TLS, such as `https://ops.example.com`; else on loopback alone."""
    token_hash: Annotated[SecretStr, AfterValidator(_is_token_hash)] | None = None
    """Of the token that opens it. `accredit operator token` makes both."""

    @field_validator("url")
    @classmethod
    def _is_a_place_of_its_own(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).path:
            raise ValueError("must have no path: give the page a name of its own")
        return value

    @model_validator(mode="after")
    def _is_behind_a_token(self) -> Self:
        if self.enabled and self.token_hash is None:
            raise ValueError(
                "needs token_hash: let `accredit operator token` make a token, and set operator.token_hash"
            )
        return self
