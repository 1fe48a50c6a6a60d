"""What a verifier needs of an operator's settings, without an issuer and all that belongs to one."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, SecretStr, ValidationError

from accredit.errors import ConfigurationError
from accredit.settings.fields import WireName
from accredit.settings.proxy import DIRECT, Proxy
from accredit.settings.sentences import sentences
from accredit.settings.table import Table
from accredit.settings.tables import LimitSettings
from accredit.settings.unread_table import UnreadTable


class VerifierSettings(Table):
    """Those of `Settings` that say how providers are asked."""

    connections: dict[WireName, UnreadTable] = Field(min_length=1)
    limits: LimitSettings = LimitSettings()
    proxy: Proxy = SecretStr(DIRECT)


def read_verifier_settings(
    connections: Mapping[str, Mapping[str, Any]], limits: Mapping[str, float] | None, proxy: str | None
) -> VerifierSettings:
    """Check what a host says.

    Raises:
        ConfigurationError: a value is wrong; the message has a sentence for each, with its place and without the value.
    """
    given = {"connections": connections, "limits": limits, "proxy": proxy}
    try:
        return VerifierSettings.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as exc:
        raise ConfigurationError(sentences(exc, VerifierSettings)) from None  # pydantic's own text may quote values
