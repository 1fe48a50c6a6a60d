"""What keeps a provider's bad day the provider's: the bounds of one connection.

A `passage` is the way of one verification to its provider. It begins with the first call, where the connection's
`breaker` may say that the provider is down and its `bulkhead` that too many wait for it already, and at its end the
breaker learns how it went. `retries` says which calls are made again, and when. Whoever calls nobody, as an ID token
does whose keys are at hand, meets none of them; nor do key sets, which have bounds of their own (`provider.jwks`).
"""
