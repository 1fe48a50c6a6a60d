"""What is done with what was found: identities and users, refresh tokens, clients.

`matching` finds the connection for an old account, `identities` enters whose each is and who is blocked,
`refresh_tokens` lets logins go on, `clients` says what to write into the settings. `batches` runs many at once.
"""
