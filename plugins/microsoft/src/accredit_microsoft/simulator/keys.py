"""Microsoft's key set: each key says for whom it signs, and one of them signs for personal accounts alone."""

import json
from functools import cache

from starlette.responses import JSONResponse, Response

from accredit.testing import IdTokenIssuer, SigningKey
from accredit_microsoft.simulator.tokens import TEMPLATE, issuer
from accredit_microsoft.tenants import CONSUMERS


@cache
def consumers_key() -> SigningKey:
    """Return the key for personal accounts; one for all simulators, since RSA takes its time."""
    return SigningKey.generate("RS256")


@cache
def strangers_key() -> SigningKey:
    """Return a key that Microsoft does not have; one for all samples, for the same reason."""
    return SigningKey.generate("RS256")


class MicrosoftIssuer(IdTokenIssuer):
    """Publishes the issuer's keys for all tenants, and that of personal accounts.

    Source: https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#keys-document-and-signing-key-issuer
    """

    def jwks_response(self) -> Response:
        """Return the key set; 503 while `keys_down`."""
        response = super().jwks_response()
        if response.status_code != 200:
            return response
        keys = [{**key, "issuer": TEMPLATE} for key in json.loads(bytes(response.body))["keys"]]
        keys.append({**consumers_key().public_jwk(), "issuer": issuer(CONSUMERS)})
        return JSONResponse({"keys": keys}, headers={"Cache-Control": response.headers["cache-control"]})
