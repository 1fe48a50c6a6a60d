from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from accredit.audience import JwtAudience
from accredit.errors import (
    InvalidProviderToken,
    MissingPermission,
    ProviderUnavailable,
    WrongAudience,
)
from accredit.models import Identity
from accredit.testing import SigningKey, person
from accredit_microsoft.simulator import MicrosoftSimulator
from accredit_microsoft.simulator.keys import consumers_key
from accredit_microsoft.simulator.tokens import (
    CLIENT_ID,
    EARLIER_S,
    FOREIGN,
    LIFE_S,
    OTHER_TENANT,
    TENANT,
    issuer,
    object_id,
    personal,
    personal_id,
)
from accredit_microsoft.tenants import CONSUMERS

Verify = Callable[..., Awaitable[Identity]]

ADA = person("ada")


def minted(simulator: MicrosoftSimulator, key: SigningKey | None = None, **changes: Any) -> str:
    header = None if key is None else {"kid": key.kid}
    return simulator.id_tokens.mint(ADA, changes=changes, key=key, header=header)


async def test_id_token_of_ours_is_accepted_with_the_keys_as_the_only_call(
    verify: Verify, simulator: MicrosoftSimulator, requests: list[httpx.Request], now: int
) -> None:
    identity = await verify(minted(simulator))
    assert identity.user_id == f"{TENANT}.{object_id(ADA)}"
    assert identity.audience == JwtAudience((CLIENT_ID,), None)
    assert identity.expires_at == now - EARLIER_S + LIFE_S
    assert [(one.method, one.url.path) for one in requests] == [("GET", "/common/discovery/v2.0/keys")]


async def test_id_of_this_app_alone_and_the_tenant_stand_beside_the_user(
    verify: Verify, simulator: MicrosoftSimulator
) -> None:
    identity = await verify(minted(simulator, sub="AAAAsim-pairwise", idp=issuer(OTHER_TENANT)))
    assert identity.alternate_ids == {"oid": object_id(ADA), "sub": "AAAAsim-pairwise"}
    assert identity.facts == {"tid": TENANT, "idp": issuer(OTHER_TENANT)}
    assert (await verify(minted(simulator))).facts == {"tid": TENANT}


@pytest.mark.threat(1, 5)
@pytest.mark.parametrize(
    "changes",
    [
        {"aud": FOREIGN},
        {"aud": [CLIENT_ID, FOREIGN]},
        {"aud": CLIENT_ID[:-1]},
        {"aud": f"api://{CLIENT_ID}"},
        {"azp": FOREIGN},
    ],
)
async def test_id_token_that_is_not_only_ours_is_refused(
    verify: Verify, simulator: MicrosoftSimulator, changes: dict[str, Any]
) -> None:
    with pytest.raises(WrongAudience):
        await verify(minted(simulator, **changes))


@pytest.mark.threat(8, 27)
@pytest.mark.parametrize(
    "changes",
    [
        {"tid": OTHER_TENANT},
        {"iss": issuer(OTHER_TENANT)},
        {"iss": issuer("{tenantid}")},
        {"tid": "{tenantid}", "iss": issuer("{tenantid}")},
        {"iss": issuer("common")},
        {"tid": "common", "iss": issuer("common")},
        {"tid": "contoso.onmicrosoft.com", "iss": issuer("contoso.onmicrosoft.com")},
        {"tid": TENANT.upper(), "iss": issuer(TENANT.upper())},
        {"tid": [TENANT]},
        {"tid": None},
        {"iss": f"https://login.microsoftonline.com/{TENANT}/"},
        {"iss": f"https://login.microsoftonline.com/{TENANT}/v2.0/"},
        {"iss": f"https://login.microsoftonline.us/{TENANT}/v2.0"},
        {"iss": f"https://sts.windows.net/{TENANT}/"},
        {"iss": None},
    ],
)
async def test_issuer_is_that_of_the_tokens_own_tenant_exactly(
    verify: Verify, simulator: MicrosoftSimulator, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidProviderToken, match="iss is not accepted"):
        await verify(minted(simulator, **changes), tenants=["common"])


@pytest.mark.threat(8)
async def test_key_of_personal_accounts_signs_for_these_alone(verify: Verify, simulator: MicrosoftSimulator) -> None:
    own = await verify(minted(simulator, consumers_key(), **personal(ADA)), tenants=["common"])
    assert own.user_id == f"{CONSUMERS}.{personal_id(ADA)}"
    for tenant in (TENANT, OTHER_TENANT):
        with pytest.raises(InvalidProviderToken, match="iss is not accepted"):
            await verify(minted(simulator, consumers_key(), tid=tenant, iss=issuer(tenant)), tenants=["common"])


async def test_key_for_all_tenants_signs_for_personal_accounts_too(
    verify: Verify, simulator: MicrosoftSimulator
) -> None:
    assert (await verify(minted(simulator, **personal(ADA)))).user_id.startswith(f"{CONSUMERS}.")


@pytest.mark.threat(14)
@pytest.mark.parametrize(
    ("tenants", "accepted"),
    [
        ([TENANT], {TENANT}),
        ([TENANT, OTHER_TENANT], {TENANT, OTHER_TENANT}),
        ([OTHER_TENANT, "consumers"], {OTHER_TENANT, CONSUMERS}),
        (["consumers"], {CONSUMERS}),
        (["organizations"], {TENANT, OTHER_TENANT}),
        (["common"], {TENANT, OTHER_TENANT, CONSUMERS}),
    ],
    ids=["one", "two", "one-and-consumers", "consumers", "organizations", "common"],
)
async def test_only_users_of_the_tenants_of_the_settings_log_in(
    verify: Verify, simulator: MicrosoftSimulator, tenants: list[str], accepted: set[str]
) -> None:
    for tenant in (TENANT, OTHER_TENANT, CONSUMERS):
        token = minted(simulator, tid=tenant, iss=issuer(tenant))
        if tenant in accepted:
            assert (await verify(token, tenants=tenants)).facts["tid"] == tenant
        else:
            with pytest.raises(InvalidProviderToken, match="tenant is not accepted"):
                await verify(token, tenants=tenants)


@pytest.mark.parametrize("version", [None, "1.0", "2", 2.0, "", ["2.0"]])
async def test_token_of_another_version_is_refused(
    verify: Verify, simulator: MicrosoftSimulator, version: object
) -> None:
    with pytest.raises(InvalidProviderToken, match="version"):
        await verify(minted(simulator, ver=version))


async def test_same_user_of_two_tenants_is_two_users(verify: Verify, simulator: MicrosoftSimulator) -> None:
    here = await verify(minted(simulator), tenants=["common"])
    there = await verify(minted(simulator, tid=OTHER_TENANT, iss=issuer(OTHER_TENANT)), tenants=["common"])
    assert here.user_id != there.user_id


async def test_sub_and_user_name_make_nobody_else(verify: Verify, simulator: MicrosoftSimulator) -> None:
    renamed = await verify(minted(simulator, sub="another-app", preferred_username="grace@example.com"))
    assert renamed.user_id == f"{TENANT}.{object_id(ADA)}"


async def test_token_without_oid_lacks_the_scope_that_brings_it(verify: Verify, simulator: MicrosoftSimulator) -> None:
    with pytest.raises(MissingPermission, match="profile"):
        await verify(minted(simulator, oid=None))


@pytest.mark.parametrize("oid", ["", 5, ["x"], object_id(ADA).upper(), f"{object_id(ADA)} ", "1"])
async def test_oid_that_is_no_guid_is_not_believed(verify: Verify, simulator: MicrosoftSimulator, oid: object) -> None:
    with pytest.raises(ProviderUnavailable, match="oid"):
        await verify(minted(simulator, oid=oid))


async def test_sub_that_cannot_be_an_id_is_not_believed(verify: Verify, simulator: MicrosoftSimulator) -> None:
    with pytest.raises(ProviderUnavailable, match="sub is no id"):
        await verify(minted(simulator, sub="a b"))


@pytest.mark.threat(10)
async def test_nonce_must_be_on_both_sides(verify: Verify, simulator: MicrosoftSimulator) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(minted(simulator, nonce="N-1"))


async def test_tokens_of_a_national_cloud_need_its_keys_beside_its_issuer(
    verify: Verify, simulator: MicrosoftSimulator
) -> None:
    token = minted(simulator, iss=f"https://login.microsoftonline.us/{TENANT}/v2.0")
    with pytest.raises(InvalidProviderToken, match="iss is not accepted"):
        await verify(token, issuer_template="https://login.microsoftonline.us/{tenantid}/v2.0")
