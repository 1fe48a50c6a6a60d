"""A provider's token in, our tokens out.

`exchange` is the door for Python. `login` and `refresh` are the two orders; `steps/` has one file for each step, and
none imports another. `engine` holds the parts that they work with, `life` when those may be used, `deadline` how long.
`standing` says whether a subject may still be here, `presented` reads tokens of ours that come back, `authenticate` is
what APIs ask of one. `client` is who calls, and `subjects` what a host does to its users.
"""
