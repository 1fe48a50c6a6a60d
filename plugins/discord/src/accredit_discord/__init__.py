"""Discord for Accredit: the hook implementations, and nothing else."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accredit import hookimpl
from accredit_discord.settings import DiscordSettings
from accredit_discord.strategy import DiscordStrategy

if TYPE_CHECKING:
    from accredit_discord.simulator import DiscordSimulator

__all__ = ["DiscordSettings", "DiscordStrategy"]


@hookimpl
def strategies() -> Iterable[type[DiscordStrategy]]:
    """Bring the strategy `discord`."""
    return [DiscordStrategy]


@hookimpl
def simulators() -> "Iterable[type[DiscordSimulator]]":
    """Bring the simulated Discord. Imported here because it needs `accredit[testing]`."""
    from accredit_discord.simulator import DiscordSimulator

    return [DiscordSimulator]
