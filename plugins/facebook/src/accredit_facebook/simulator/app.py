"""The apps that the simulated Facebook knows."""

APP_ID = "100000000000042"
"""Our sample app."""
APP_SECRET = "sim-facebook-secret-of-ours"  # noqa: S105 - published, obviously fake, and good nowhere else
FOREIGN_APP_ID = "100000000000099"
"""Somebody else's app, whose tokens must be of no use to us."""
FOREIGN_APP_SECRET = "sim-facebook-secret-of-others"  # noqa: S105 - as above

SECRETS = {APP_ID: APP_SECRET, FOREIGN_APP_ID: FOREIGN_APP_SECRET}
APP_TOKENS = {f"{app_id}|{secret}": app_id for app_id, secret in SECRETS.items()}
"""App access tokens, in the form that Facebook documents for server-to-server calls."""
