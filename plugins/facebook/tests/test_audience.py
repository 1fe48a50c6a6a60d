"""A token of another app is refused in every shape, and our own mistakes are never blamed on the user."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from accredit.audience import AppBound
from accredit.errors import ProviderMisconfigured, ProviderProtocolError, ProviderUnavailable, WrongAudience
from accredit.models import Identity
from accredit_facebook.simulator.app import APP_ID, FOREIGN_APP_ID, FOREIGN_APP_SECRET

Verify = Callable[..., Awaitable[Identity]]
Data = dict[str, Any]

GOOD = "EAAsim-good-ada"
ABSENT: Any = object()


def _body(data: Data, app_id: object) -> dict[str, Data]:
    other = {name: value for name, value in data.items() if name != "app_id"}
    return {"data": other if app_id is ABSENT else {**other, "app_id": app_id}}


@pytest.mark.threat(1, 2)
@pytest.mark.parametrize(
    "app_id",
    [FOREIGN_APP_ID, APP_ID[:-1], APP_ID + "0", f" {APP_ID}", "0" + APP_ID, "", "*"],
    ids=["foreign", "prefix", "longer", "blank before", "leading zero", "empty", "wildcard"],
)
async def test_another_app_id_is_refused(verify: Verify, facebook: Any, token_data: Data, app_id: str) -> None:
    facebook.says("debug_token", _body(token_data, app_id=app_id))
    with pytest.raises(ProviderUnavailable if app_id == "" else WrongAudience):
        await verify(GOOD)


@pytest.mark.threat(2, 19)
@pytest.mark.parametrize("app_id", [int(APP_ID), [APP_ID], {"id": APP_ID}, True, None, ABSENT])
async def test_an_app_id_that_is_no_string_is_nonsense(
    verify: Verify, facebook: Any, token_data: Data, app_id: object
) -> None:
    facebook.says("debug_token", _body(token_data, app_id=app_id))
    with pytest.raises(ProviderUnavailable, match="app_id or user_id"):
        await verify(GOOD)


async def test_a_foreign_token_does_not_blame_our_secret_for_the_proof_it_breaks(verify: Verify, facebook: Any) -> None:
    with pytest.raises(WrongAudience):
        await verify("EAAsim-foreign_app_shown-ada")
    # The same refusal by /me, about a token that is ours, can only mean a wrong secret.
    facebook.says("me", {"error": {"code": 100, "message": "Invalid appsecret_proof provided"}}, status=400)
    with pytest.raises(ProviderMisconfigured):
        await verify(GOOD)


async def test_a_foreign_token_without_a_needed_permission_is_called_foreign(verify: Verify) -> None:
    with pytest.raises(WrongAudience):
        await verify("EAAsim-foreign_app_shown-ada", required_permissions=["user_friends"])


async def test_each_app_accepts_its_own_tokens_and_refuses_the_others(verify: Verify) -> None:
    theirs = {"app_id": FOREIGN_APP_ID, "app_secret": FOREIGN_APP_SECRET}
    assert (await verify("EAAsim-foreign_app-ada", **theirs)).audience == AppBound(FOREIGN_APP_ID)
    with pytest.raises(WrongAudience):
        await verify(GOOD, **theirs)
    with pytest.raises(WrongAudience):
        await verify("EAAsim-foreign_app-ada")


@pytest.mark.threat(19)
@pytest.mark.parametrize(
    "mistake",
    [{"app_secret": "wrong"}, {"app_id": "42"}, {"app_id": APP_ID, "app_secret": FOREIGN_APP_SECRET}],
)
async def test_wrong_credentials_of_ours_are_never_blamed_on_the_user(verify: Verify, mistake: dict[str, str]) -> None:
    with pytest.raises(ProviderMisconfigured) as caught:
        await verify(GOOD, **mistake)
    assert (caught.value.status, caught.value.alert) == (500, True)


async def test_a_version_that_never_was_is_a_fault_of_ours(verify: Verify) -> None:
    with pytest.raises(ProviderProtocolError, match="code 2500"):
        await verify(GOOD, api_version="v99.0")


async def test_a_field_that_does_not_exist_is_a_fault_of_ours(verify: Verify) -> None:
    with pytest.raises(ProviderProtocolError, match="me: code 100"):
        await verify(GOOD, extra_fields=["shoe_size"])
