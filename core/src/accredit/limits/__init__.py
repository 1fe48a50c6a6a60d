"""How much one caller may ask, and who a caller is where a proxy stands in front.

`limits` has the limits of an exchange; an `attempt` is one call on its way past them. A `limit` is one rate; `counters`
say what there is too much of, by any storage of the library `limits`, `local` by memory: `memory` of this process, or
`together`, by a `tally` that the workers of one machine share; `shared` by what nodes share. `make` puts them together.
`caller` says from which address a call comes, and `network` whose addresses are one caller's.
"""
