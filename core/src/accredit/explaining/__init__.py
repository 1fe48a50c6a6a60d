"""Why a token is accepted or refused: for people who have one in their hand.

An `explanation` is everything that is known about one login, and a `report` is what may be shown of it, by `page/` in
HTML. `inquiry` asks about a token without issuing anything, by a `witness` that remembers what the provider said.
`origins` finds out from which of the `places` in that answer each claim came. `steps` are the checks of a login in
their order, `forms` those in which a secret may be quoted, and `plain` says what is none. `reasons` are told in plain
words, which stand in `words/`, as do those for checks and for proofs.
"""
