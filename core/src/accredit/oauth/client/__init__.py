"""Who calls: a client proves itself by a secret, by a signed assertion, or has nothing to prove.

`authentication` is what endpoints ask; `assertion` reads the signed ones.
"""
