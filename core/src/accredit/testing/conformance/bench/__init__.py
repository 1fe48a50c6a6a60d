"""What the checks work with: an exchange in front of one strategy, and what watches it from all sides.

`bench` is the whole; `forge` is one for ID tokens, `notices` one for what providers tell. `samples` are the
simulator's, `ways` how they come to a login, `payloads` files of what a provider said once, `settings` the secrets of a
connection. `between` stands between strategy and simulator, where `bending` changes what is said; `spelling` and
`id_tokens_of_answers` say what was. `spy` hears the calls, `witnesses` log and events; `watch` and `asking` see what
code does to the machine, `snapshot` what it remembers.
"""
