"""No access token logs anybody in: nobody can tell for which app one for Microsoft Graph was issued."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from accredit.credentials import AccessToken
from accredit.errors import InvalidProviderToken, ProviderTokenRejected
from accredit.models import Identity
from accredit.testing import person
from accredit_microsoft.simulator import MicrosoftSimulator
from accredit_microsoft.simulator.samples import graph_token
from accredit_microsoft.simulator.tokens import CLIENT_ID, GRAPH

Verify = Callable[..., Awaitable[Identity]]


@pytest.mark.threat(9)
async def test_access_token_for_graph_is_refused_in_each_of_its_forms(
    verify: Verify, simulator: MicrosoftSimulator, requests: list[httpx.Request]
) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(graph_token(simulator.id_tokens))
    requests.clear()
    with pytest.raises(InvalidProviderToken):
        await verify("EwB4A8l6BAAUsimulated")
    with pytest.raises(InvalidProviderToken, match="access_token"):
        await verify(AccessToken.of(simulator.id_tokens.mint(person("ada"))))
    assert requests == []


@pytest.mark.threat(9)
@pytest.mark.parametrize(
    "changes", [{"aud": GRAPH}, {"ver": "1.0"}, {"aud": f"api://{CLIENT_ID}"}], ids=["graph", "v1", "api"]
)
async def test_access_token_with_a_good_signature_is_refused(
    verify: Verify, simulator: MicrosoftSimulator, changes: dict[str, str]
) -> None:
    with pytest.raises(ProviderTokenRejected):
        await verify(simulator.id_tokens.mint(person("ada"), changes=changes))
