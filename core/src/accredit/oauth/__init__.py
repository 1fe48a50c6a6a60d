"""The endpoints, one file each, and one table of them all in `endpoints`.

`grant_types/` has what `/oauth/token` knows, `client/` who calls, `wire/` the form of calls and answers.
"""
