"""Parse Server on PostgreSQL: a user logs in by what Facebook gave the app. Its answer is a session."""
