"""django-allauth, headless: an app logs in by a token of the provider and gets a session of its own."""
