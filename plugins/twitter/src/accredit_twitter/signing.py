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
    """Return the header value that signs one GET of `url`, query included, with HMAC-SHA1. `now` is epoch seconds."""
    client = ClientAuth(consumer_key, token=token)
    return _signed("GET", url, client, consumer_secret=consumer_secret, token_secret=token_secret, now=now)


def authorization_of_our_keys(url: str, *, consumer_key: str, consumer_secret: SecretStr, now: float) -> str:
    """Return the header value that signs one POST of `url` with our keys alone: a request for a temporary token.

    Source: RFC 5849 section 2.1 (`oob`: there is no callback).
    """
    client = ClientAuth(consumer_key, redirect_uri="oob")
    return _signed("POST", url, client, consumer_secret=consumer_secret, token_secret="", now=now)


def _signed(
    method: str, url: str, client: ClientAuth, *, consumer_secret: SecretStr, token_secret: str, now: float
) -> str:
    """Take the steps of `ClientAuth.sign` one by one.

    It reads the wall clock by itself, and in older versions (1.6.0) refuses http on a loopback address, where
    simulators are.
    """
    parameters = client.get_oauth_params(secrets.token_hex(16), str(int(now)))
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    base_string = construct_base_string(method, url, [*query, *parameters])
    signature = hmac_sha1_signature(base_string, consumer_secret.get_secret_value(), token_secret)
    return str(prepare_headers([*parameters, ("oauth_signature", signature)])["Authorization"])
