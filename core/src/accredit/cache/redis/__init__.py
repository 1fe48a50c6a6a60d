"""State that nodes share, in a Redis or Valkey that may be gone at any moment; it needs `accredit[redis]`.

`state` is all of it. `client` goes there, by a `line` that many use at once, and that knows when it is gone. `seals`
encrypts what is kept and hides its names, `encoding` makes bytes of what a provider has said. `verifications` are kept,
and looked up once for all nodes; `windows` count calls; `hints` tell other nodes of a provider that is down.
"""
