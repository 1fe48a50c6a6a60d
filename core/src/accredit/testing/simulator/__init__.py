"""What a simulator of a provider is made of: people and their tokens, faults and forgeries, and a way to serve it."""
