"""What the fields of a request are for: one sentence each."""

from collections.abc import Mapping

FIELDS: Mapping[str, str] = {
    "client_id": "How your app is called at this server; the provider has another name for it. It is no secret: "
    "anybody can send it, and another app too. So it proves nothing.",
    "connection": "Which provider is to be asked.",
    "access_token": "What the provider has given out: whoever holds it can send it.",
    "code": "What the provider has given out for one login: this server exchanges it for a token.",
    "access_token_secret": "What belongs to the token, where a provider gives out two parts.",
    "id_token": "What the provider has signed of the user.",
    "refresh_token": "A token of ours, by which the app gets new ones without a new login.",
    "nonce": "A random text that the app has chosen for this one login, and that stands in the token too. It keeps "
    "out who has only found a token; not another app, which chooses its own.",
    "code_verifier": "It shows that the app that sends the code has begun the login.",
    "redirect_uri": "Where the provider has sent the code.",
    "scope": "The permissions that the app asks for. `offline_access` asks for a refresh token too.",
    "main_access_token": "A token of ours: to its user the account is to be added.",
    "device": "How the user calls the device.",
}
"""By their names. What others may mean, their plugin says."""
