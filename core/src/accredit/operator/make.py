"""Put the page together."""

from accredit.errors import ConfigurationError
from accredit.exchange.engine import Engine
from accredit.operator.app import OperatorPage
from accredit.operator.attempts import Attempts
from accredit.operator.desk import Desk
from accredit.operator.sessions import Sessions
from accredit.operator.view.everybody import Everybody
from accredit.settings.operator import OperatorSettings, OperatorTokenHash


def make_page(settings: OperatorSettings, engine: Engine, everybody: Everybody) -> OperatorPage:
    """Return the page of an engine.

    Raises:
        ConfigurationError: there is no token that would open it.
    """
    if settings.token_hash is None:
        raise ConfigurationError("operator.token_hash is not set: let `accredit operator token` make a token")
    known = OperatorTokenHash.parse(settings.token_hash.get_secret_value())
    return OperatorPage(
        Desk(engine, everybody),
        url=settings.url,
        attempts=Attempts(known),
        sessions=Sessions(),
        emit=engine.reporter.emit,
    )
