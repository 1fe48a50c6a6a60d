"""What a simulator of a provider is made of: people and their tokens, faults and forgeries, and a way to serve it.

`simulator` is the class to derive from, `people` who is there, `page` what it shows at its root, `notices` what its
provider sends. `codes` hands out codes, each good once; `id_tokens` issues ID tokens and `forgery` signs what no
library would; `faults` reads which token misbehaves, `misbehaviour` does it. `serving` puts it on loopback, `transport`
reaches it without a network, `installed` finds those of all plugins.
"""
