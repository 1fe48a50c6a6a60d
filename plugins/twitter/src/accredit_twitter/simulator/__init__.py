"""A simulated X: `GET /2/users/me` and v1.1 `verify_credentials`, with real OAuth 1.0a signature checks."""

from accredit_twitter.simulator.simulator import TwitterSimulator

__all__ = ["TwitterSimulator"]
