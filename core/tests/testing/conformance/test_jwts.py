"""Every form of a public key, whatever its kind, is tried as the secret of an HMAC."""

import base64
import hmac
from typing import Any

import pytest
from core.tests.testing.conformance.shapes import suite_of
from core.tests.testing.conformance.wrong.jwts import NamesNoKey, TakesTokensWithoutKid

from accredit.keys.jose import SigningKey
from accredit.testing.conformance.attacks.jwts import with_hmac
from accredit.testing.simulator.forgery import decoded, public_pem


@pytest.mark.threat(6)
@pytest.mark.parametrize(("alg", "names"), [("RS256", "n"), ("ES256", "xy"), ("EdDSA", "x")])
def test_an_hmac_is_made_of_every_form_of_the_public_key(alg: str, names: str) -> None:
    key = SigningKey.generate(alg)
    jwk: dict[str, Any] = key.public_jwk()
    forged = list(with_hmac(key.sign({"sub": "1"}, typ="JWT"), jwk))
    pem = public_pem(jwk)
    der = base64.b64decode(b"".join(pem.splitlines()[1:-1]))
    secrets = [b"", pem, pem.strip(), der, *(decoded(jwk[one]) for one in names), *(jwk[one].encode() for one in names)]
    if alg == "ES256":
        secrets += [decoded(jwk["x"]) + decoded(jwk["y"]), b"\4" + decoded(jwk["x"]) + decoded(jwk["y"])]
    for secret in secrets:
        assert any(_is_keyed_by(secret, token) for token in forged), secret


NO_KEY = "test_a_token_that_names_no_key_is_refused"


@pytest.mark.threat(6)
def test_a_token_may_name_no_key_where_samples_name_none_and_one_key_fits() -> None:
    for check in (NO_KEY, "test_every_sample_gets_its_verdict"):
        getattr(suite_of(TakesTokensWithoutKid, NamesNoKey)(), check)()


def _is_keyed_by(secret: bytes, token: str) -> bool:
    signed, _, signature = token.rpartition(".")
    return hmac.digest(secret, signed.encode(), "sha256") == decoded(signature)
