"""Connections against their simulators, as `accredit demo` and `accredit dev` run them.

`sandbox` is the server with its providers; `trials` is what the demonstration tries there, and `judge` says what is
wrong with what came of it.
"""
