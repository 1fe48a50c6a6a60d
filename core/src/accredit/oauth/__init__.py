"""The endpoints, one file each; `grant_types/` has those of `/oauth/token`, `client/` who calls, `wire/` the form."""
