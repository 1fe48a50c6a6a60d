"""What a person shared: granted permissions, and the fields behind them."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from accredit.errors import MissingPermission, ProviderUnavailable
from accredit.models import Identity

Verify = Callable[..., Awaitable[Identity]]
Data = dict[str, Any]

ADA = "1000000000000001"
GOOD = "EAAsim-good-ada"


def _body(data: Data, *, scopes: object) -> dict[str, Data]:
    return {"data": {**data, "scopes": scopes}}


@pytest.mark.threat(14)
async def test_a_needed_permission_must_have_been_granted(verify: Verify) -> None:
    assert (await verify(GOOD, required_permissions=["email"])).user_id == ADA
    with pytest.raises(MissingPermission, match="not granted: email"):
        await verify("EAAsim-email_declined-ada", required_permissions=["public_profile", "email"])


async def test_without_the_setting_no_permission_is_needed(verify: Verify) -> None:
    identity = await verify("EAAsim-email_declined-ada")
    assert identity.provider_scopes == {"public_profile"}
    assert identity.profile.email is None


async def test_permissions_compare_exactly(verify: Verify, facebook: Any, token_data: Data) -> None:
    facebook.says("debug_token", _body(token_data, scopes=["emails", "Email", "public_profile,email"]))
    with pytest.raises(MissingPermission):
        await verify(GOOD, required_permissions=["email"])


async def test_absent_scopes_are_no_scopes(verify: Verify, facebook: Any, token_data: Data) -> None:
    del token_data["scopes"]
    facebook.says("debug_token", {"data": token_data})
    assert (await verify(GOOD)).provider_scopes == frozenset()


@pytest.mark.parametrize("scopes", [None, "email", {"email": True}, ["email", 1], [["email"]]])
async def test_scopes_of_a_wrong_type_are_nonsense(
    verify: Verify, facebook: Any, token_data: Data, scopes: object
) -> None:
    facebook.says("debug_token", _body(token_data, scopes=scopes))
    with pytest.raises(ProviderUnavailable, match="scopes"):
        await verify(GOOD)


async def test_extra_fields_are_asked_for_and_mapped(verify: Verify, facebook: Any) -> None:
    extra = ["birthday", "gender", "link", "location", "locale", "updated_time", "website", "name"]
    profile = (await verify("EAAsim-all_fields-ada", extra_fields=extra)).profile
    assert (profile.birthdate, profile.gender, profile.locale) == ("1815-12-10", "female", "en-GB")
    assert (profile.address, profile.updated_at) == ("London, United Kingdom", 1_714_979_289)
    assert profile.profile == "https://www.facebook.com/app_scoped_user_id/ada/"
    assert profile.website == "https://ada.example.com/"
    assert facebook.requests["me"].url.params["fields"] == (
        "id,name,first_name,middle_name,last_name,short_name,email,"
        "picture.width(256).height(256){url,width,height,is_silhouette},"
        "birthday,gender,link,location,locale,updated_time,website"
    )


async def test_without_the_setting_no_other_field_is_asked_for(verify: Verify) -> None:
    profile = (await verify("EAAsim-all_fields-ada")).profile
    assert (profile.birthdate, profile.gender, profile.profile, profile.address) == (None, None, None, None)


async def test_trust_email_asserts_the_address(verify: Verify) -> None:
    assert (await verify(GOOD)).profile.claims()["email_verified"] is False
    assert (await verify(GOOD, trust_email=True)).profile.claims()["email_verified"] is True
