"""What is tried on a strategy: hostile `text`, ids that are `nearby`, forged `jwts`, and the `failures` of calls."""
