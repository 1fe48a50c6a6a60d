"""What stands behind the door of an exchange: the exchange, and its endpoints."""

from accredit.exchange.exchange import Exchange
from accredit.sync.wire import Wire


class Served:
    """An exchange and its wire."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.wire = Wire(exchange)

    async def open(self) -> None:
        """Open the exchange."""
        await self.exchange.open()

    async def close(self) -> None:
        """Close the exchange."""
        await self.exchange.close()
