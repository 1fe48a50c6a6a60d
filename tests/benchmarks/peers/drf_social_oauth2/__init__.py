"""drf-social-oauth2: an app converts a token of the provider into a token of django-oauth-toolkit."""
