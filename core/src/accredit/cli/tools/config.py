"""The option `--config`, and what it leads to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from accredit.settings import Settings

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", metavar="FILE", envvar="ACCREDIT_CONFIG", help="The TOML file.")
]


def read_settings(config: Path | None) -> Settings:
    """Return the settings of the file and the environment; or those of the host whose command line this is.

    Raises:
        ConfigurationError: they are not good; without a file the message says how to name one.
    """
    from accredit.cli.tools.host import current_host
    from accredit.errors import ConfigurationError
    from accredit.settings.load import load_settings

    host = current_host()
    if host is not None:
        return host.settings()
    try:
        return load_settings(config)
    except ConfigurationError as exc:
        if config is not None:
            raise
        raise ConfigurationError(f"{exc} (no file was read: pass --config FILE or set ACCREDIT_CONFIG)") from None
