"""A provider's token in, our tokens out.

`exchange` is the door for Python, `verifier` the one to its first half alone. `login`, which begins with `identify`,
and `refresh` are the two orders; `steps/` has one file for each step, and none imports another. `engine` holds the
parts that they work with, of which `providers` are those for the first half. `life` says when they may be used,
`lifecycle` opens and closes them, `deadline` says how long one call may take, `admission` how many at once.
`standing` says whether a subject may still be here, `presented` reads tokens of ours that come back, `authenticate` is
what APIs ask of one. `client` is who calls, `nonces` makes what one may put into an ID token, `subjects` is what a host
does to its users, and `persons` what it owes them; `provider_tokens` are kept to tell providers that one is gone.
`readings` tells how things stand, `key_place` where our keys are, and `audit_table` where events are kept.
`verifications` asks providers, once for many: `flights` are those who wait for one answer, `cache_keys` under what it
is kept, with a `fingerprint` of the connection, `outdated` of whom it is not taken for true. `once` remembers what is
good once. `unrecallable` is for writes that have begun. `without_files` is an exchange that only asks providers.
"""
