"""Who calls: a client proves itself by a secret, by a signed assertion, or has nothing to prove."""
