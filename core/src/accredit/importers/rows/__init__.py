"""Rows of old databases: found by their usual names, and read exactly or not at all.

`tables` finds them, `values` reads what a driver hands over, `users` knows who is there and active, `accounts` tells
ids of providers from what only looks like one.
"""
