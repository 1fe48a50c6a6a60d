"""Connections against their simulators, as `accredit demo` and `accredit dev` run them."""
