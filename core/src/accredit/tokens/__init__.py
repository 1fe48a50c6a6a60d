"""Our own tokens: what they look like, and what they say when they come back."""
