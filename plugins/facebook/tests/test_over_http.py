"""What leaves through the transport that an engine uses arrives unchanged."""

from contextlib import aclosing
from dataclasses import replace

from accredit.credentials import ProviderToken
from accredit.provider.transport import make_transport
from accredit.testing import exchange_for, serve
from accredit_facebook.simulator import FacebookSimulator
from accredit_facebook.simulator.id_tokens import NONCE

ODD = "EAA sim+%41%2B&x=/?#|;~"


async def test_both_kinds_of_token_pass_over_real_http() -> None:
    simulator = FacebookSimulator()
    ada = simulator.tokens["EAAsim-good-ada"]
    simulator.tokens[ODD] = replace(ada, value=ODD)
    jwt = simulator.id_tokens.mint(ada.person)
    tokens = (ProviderToken.of(ada.value), ProviderToken.of(ODD), ProviderToken.of(jwt, nonce=NONCE))
    # An engine closes only the transport that it has made itself.
    with serve(simulator.app()) as url:
        async with aclosing(make_transport(max_connections=2)) as transport:
            engine = exchange_for(simulator, connection=simulator.settings(url), transport=transport)
            async with engine as exchange:
                for token in tokens:
                    identity = await exchange.verify("facebook", token)
                    assert (identity.user_id, identity.profile.name) == ("1000000000000001", "Ada Lovelace")
