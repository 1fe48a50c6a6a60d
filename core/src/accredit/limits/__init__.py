"""How much one caller may ask, and who a caller is where a proxy stands in front.

`limits` has the limits of an exchange; an `attempt` is one call on its way past them. A `limit` is one rate, `counters`
are what is counted, in a storage of the library `limits`, by default in `memory`; `make` puts them together. `caller`
says from which address a call comes, and `network` whose addresses are one caller's.
"""
