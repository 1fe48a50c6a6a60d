"""The pages of the playground: HTML of values, without any I/O.

`start` is the first page: the `story`, the `tokens` to try, a place to `paste` one, the switches of `faults` with
their `fault_names`, and the `latest` requests. `run` is one request: `why` it was refused, the panel of its `session`,
and `snippets` that send the same from an app. `trouble` tells on every page what is not as usual, and `clock` lets time
pass, in words of `spans`. `accounts` and `logged` are words of users and events.
"""
