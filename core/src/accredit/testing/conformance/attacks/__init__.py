"""What is tried on a strategy.

Hostile `text`, ids that are `nearby`, forged `jwts` and `notices`, and the `failures` of calls.
"""
