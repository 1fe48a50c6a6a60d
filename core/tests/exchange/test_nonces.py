"""The setting `nonce` of a connection, and strategies that leave the comparison out."""

from typing import Any

import pytest
from core.tests.acme import ISSUER, Acme, acme_that
from core.tests.bench import NOW, Bench, assert_refused, bench

from accredit import JwtAudience, Verification, VerifyContext
from accredit.credentials import Credential

REJECTED = (401, "invalid_request", "invalid access_token: invalid_token")
SERVER_ERROR = (500, "server_error", "the server could not complete the request")


def id_token(wire: Bench, nonce: str | None) -> str:
    claims = {"iss": ISSUER, "sub": "1000", "aud": "acme-app", "exp": NOW + 60, "iat": NOW}
    return wire.provider.key.sign(claims if nonce is None else {**claims, "nonce": nonce}, typ="JWT")


def policy(nonce: str) -> dict[str, Any]:
    return {"connections": {"acme": {"nonce": nonce}}}


@pytest.mark.parametrize(
    ("setting", "sent", "stated"),
    [
        ("matched", None, None),
        ("matched", "n-1", "n-1"),
        ("required", "n-1", "n-1"),
        ("if_sent", None, None),
        ("if_sent", None, "an SDK's own"),
        ("if_sent", "n-1", "n-1"),
    ],
)
async def test_nonces_that_the_setting_allows_are_accepted(setting: str, sent: str | None, stated: str | None) -> None:
    async with bench(policy(setting)) as wire:
        assert (await wire.post(access_token=id_token(wire, stated), nonce=sent)).status_code == 200


@pytest.mark.threat(10)
@pytest.mark.parametrize(
    ("setting", "sent", "stated", "because"),
    [
        ("matched", None, "n-1", 'nonce is in the ID token, not in the request (setting nonce = "matched"'),
        ("matched", "n-1", None, 'nonce is in the request, not in the ID token (setting nonce = "matched")'),
        ("required", None, None, 'nonce is not in the request (setting nonce = "required")'),
        ("required", None, "n-1", 'nonce is not in the request (setting nonce = "required")'),
        ("issued", None, None, 'nonce is not in the request (setting nonce = "issued")'),
        ("required", "n-1", None, 'nonce is in the request, not in the ID token (setting nonce = "required")'),
        ("if_sent", "n-1", None, 'nonce is in the request, not in the ID token (setting nonce = "if_sent")'),
        ("if_sent", "n-1", "n-2", "nonce differs"),
    ],
)
async def test_a_refusal_names_the_side_that_lacks_the_nonce_and_the_setting(
    setting: str, sent: str | None, stated: str | None, because: str
) -> None:
    async with bench(policy(setting)) as wire:
        response = await wire.post(access_token=id_token(wire, stated), nonce=sent, scope="openid offline_access")

        assert_refused(response, *REJECTED)
        assert wire.event.detail.startswith(because)
        assert [fields["detail"] for _, fields in wire.log.events()] == [wire.event.detail]
        assert wire.storage.kept == {}


async def test_an_access_token_passes_under_every_setting() -> None:
    for setting in ("matched", "required", "if_sent"):
        async with bench(policy(setting)) as wire:
            assert (await wire.post()).status_code == 200
            assert (await wire.post(nonce="n-1")).status_code == 200


@pytest.mark.parametrize("setting", ["", "Matched", "optional", True, None, ["matched"]])
def test_any_other_setting_stops_the_start(setting: Any) -> None:
    with pytest.raises(ValueError, match="nonce"):
        Acme.settings_type.model_validate({"app_ids": ["acme-app"], "nonce": setting})


def asking_the_provider(*, compares: bool, claimed: str | None = "n-1") -> type[Acme]:
    """Return an Acme whose provider verifies ID tokens, and whose strategy may forget the nonce."""

    async def verify(token: Credential, ctx: VerifyContext) -> Verification:
        if compares:
            ctx.check_nonce(claimed)
        return Verification(user_id="1000", audience=JwtAudience(("acme-app",)), claims={})

    return acme_that(verify)


@pytest.mark.threat(10)
async def test_a_strategy_that_compares_no_nonce_logs_nobody_in() -> None:
    async with bench(acme=asking_the_provider(compares=False)) as wire:
        response = await wire.post(access_token=id_token(wire, "n-1"), nonce="n-1", scope="openid offline_access")

        assert_refused(response, *SERVER_ERROR)
        assert (wire.event.reason, wire.event.alert) == ("plugin_failed", True)
        assert "call ctx.verify_id_token, or ctx.check_nonce" in wire.event.detail
        assert wire.storage.kept == {}
    async with bench(policy("required"), acme=asking_the_provider(compares=False)) as wire:
        assert_refused(await wire.post(access_token=id_token(wire, None)), *SERVER_ERROR)
    async with bench(acme=asking_the_provider(compares=False)) as wire:
        assert (await wire.post(access_token=id_token(wire, None))).status_code == 200


@pytest.mark.threat(10)
async def test_a_strategy_whose_provider_verifies_id_tokens_compares_the_nonce_with_what_it_answers() -> None:
    async with bench(acme=asking_the_provider(compares=True)) as wire:
        assert (await wire.post(access_token=id_token(wire, "n-1"), nonce="n-1")).status_code == 200
        assert_refused(await wire.post(access_token=id_token(wire, "n-1"), nonce="n-2"), *REJECTED)
        assert_refused(await wire.post(access_token=id_token(wire, "n-1")), *REJECTED)
    async with bench(acme=asking_the_provider(compares=True, claimed=None)) as wire:
        assert_refused(await wire.post(access_token=id_token(wire, None), nonce="n-1"), *REJECTED)
        assert (await wire.post(access_token=id_token(wire, None))).status_code == 200


@pytest.mark.threat(10)
async def test_what_one_exchange_has_compared_says_nothing_about_the_next() -> None:
    compared: list[str] = []

    async def verify(token: Credential, ctx: VerifyContext) -> Verification:
        if not compared:
            ctx.check_nonce("n-1")
            compared.append("n-1")
        return Verification(user_id="1000", audience=JwtAudience(("acme-app",)), claims={})

    async with bench(acme=acme_that(verify)) as wire:
        assert (await wire.post(access_token=id_token(wire, "n-1"), nonce="n-1")).status_code == 200
        assert_refused(await wire.post(access_token=id_token(wire, "n-1"), nonce="n-1"), *SERVER_ERROR)
