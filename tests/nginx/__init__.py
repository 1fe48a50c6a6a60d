"""A real nginx in front, with TLS, as the guide configures it: `nox -s nginx`, since it is no Python package.

`front` starts it, and `checks` are the tests.
"""
