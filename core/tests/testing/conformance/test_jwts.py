"""Every form of a public key, whatever its kind, is tried as the secret of an HMAC."""

import base64
import hmac
from typing import Any

import pytest

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


def _is_keyed_by(secret: bytes, token: str) -> bool:
    signed, _, signature = token.rpartition(".")
    return hmac.digest(secret, signed.encode(), "sha256") == decoded(signature)
