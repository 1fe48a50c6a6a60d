from collections.abc import Awaitable, Callable

import httpx
import pytest

from accredit.audience import JwtAudience
from accredit.errors import InvalidProviderToken, ProviderUnavailable, WrongAudience
from accredit.models import Identity
from accredit.profile import Assurance, Email
from accredit.testing import person
from accredit_linkedin.simulator import LinkedInSimulator
from accredit_linkedin.simulator.tokens import CLIENT_ID, FOREIGN

Verify = Callable[..., Awaitable[Identity]]


async def test_id_token_of_ours_is_accepted_by_its_signature_alone(
    verify: Verify, simulator: LinkedInSimulator, requests: list[httpx.Request]
) -> None:
    identity = await verify(simulator.id_tokens.mint(person("ada")))
    assert identity.audience == JwtAudience((CLIENT_ID,), None)
    assert [one.url.path for one in requests] == ["/oauth/openid/jwks"]


@pytest.mark.parametrize(
    ("verified", "assurance"),
    [
        ("true", Assurance.PROVIDER_ASSERTED),
        (True, Assurance.PROVIDER_ASSERTED),
        *((one, Assurance.UNVERIFIED) for one in ("false", False, "True", "TRUE", "1", 1, None, "", [True])),
    ],
)
async def test_address_is_asserted_by_the_boolean_or_its_text_alone(
    verify: Verify, simulator: LinkedInSimulator, verified: object, assurance: Assurance
) -> None:
    token = simulator.id_tokens.mint(person("ada"), changes={"email_verified": verified})
    assert (await verify(token)).profile.email == Email("ada@example.com", assurance)


@pytest.mark.threat(1)
@pytest.mark.parametrize("aud", [FOREIGN, [CLIENT_ID, FOREIGN], CLIENT_ID + "x"])
async def test_id_token_of_another_app_is_refused(verify: Verify, simulator: LinkedInSimulator, aud: object) -> None:
    with pytest.raises(WrongAudience):
        await verify(simulator.id_tokens.mint(person("ada"), changes={"aud": aud}))


@pytest.mark.parametrize(
    "iss", ["https://www.linkedin.com", "https://www.linkedin.com/oauth/", "https://linkedin.com/oauth", None]
)
async def test_id_token_of_another_issuer_is_refused(
    verify: Verify, simulator: LinkedInSimulator, iss: str | None
) -> None:
    with pytest.raises(InvalidProviderToken, match="iss"):
        await verify(simulator.id_tokens.mint(person("ada"), changes={"iss": iss}))


async def test_id_token_whose_subject_is_no_id_is_not_believed(verify: Verify, simulator: LinkedInSimulator) -> None:
    with pytest.raises(ProviderUnavailable, match="sub"):
        await verify(simulator.id_tokens.mint(person("ada"), changes={"sub": "a|b"}))
