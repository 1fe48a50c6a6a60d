"""The `Authorization` header of OAuth 1.0a, built from Authlib's parts.

Source: RFC 5849 sections 3.1 to 3.5; X, "Creating a signature".
"""

import secrets
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth1.rfc5849.client_auth import ClientAuth
from authlib.oauth1.rfc5849.parameters import prepare_headers
from authlib.oauth1.rfc5849.signature import construct_base_string, hmac_sha1_signature
from pydantic import SecretStr


def authorization(
    url: str,
    *,
    consumer_key: str,
    consumer_secret: SecretStr,
    token: str,
    token_secret: str,
    now: float,
) -> str:
    """Return the header value that signs one GET of `url`, query included, with HMAC-SHA1.

    `now` is epoch seconds. The steps of `ClientAuth.sign` are taken one by one, because it reads the wall clock by
    itself, and in older versions (1.6.0) refuses http on a loopback address, where simulators are.
    """
    parameters = ClientAuth(consumer_key, token=token).get_oauth_params(secrets.token_hex(16), str(int(now)))
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    base_string = construct_base_string("GET", url, [*query, *parameters])
    signature = hmac_sha1_signature(base_string, consumer_secret.get_secret_value(), token_secret)
    return str(prepare_headers([*parameters, ("oauth_signature", signature)])["Authorization"])
