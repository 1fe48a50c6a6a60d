"""A project with our include, as the guide to Django says, on SQLite."""
