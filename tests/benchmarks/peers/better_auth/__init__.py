"""better-auth on SQLite: an app logs in by a token of the provider. Its answer is a session."""
