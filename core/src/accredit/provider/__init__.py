"""The room through which providers are reached, and the only one: what is asked, what comes back, whose word it is.

`http` asks, over `transport/`: `request` is what it sends, `body` what it reads.
`jwks`, `id_token`, `token_kind` and `nonce` judge ID tokens.
"""
