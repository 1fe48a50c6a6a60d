"""The room through which providers are reached, and the only one: what is asked, what comes back, whose word it is.

`http` asks, over `transport/`: `request` is what it sends, `headers` and `body` what it reads, `time_limit` how long a
call may take.
`bounds/` keep a provider that is down or slow from taking more than its share.
`published` keeps what seldom changes: key sets (`jwks`) and `documents`. `signed` verifies by a key set, and
`jwt_claims` reads what all JWTs say. `id_token`, `token_kind` and `nonce` judge ID tokens, `event_token` security event
tokens; `assertion` signs what proves to a provider who we are.
"""
