"""What is tried on a strategy: hostile text, near misses of an id, forged tokens, and calls that fail."""
