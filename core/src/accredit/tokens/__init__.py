"""Our own tokens: `claims` says what is in them, `mint` signs them, `read` reads those that come back.

`refresh_token` is their form where they are no JWT, `auth0_fallbacks` a habit of the original service.
"""
