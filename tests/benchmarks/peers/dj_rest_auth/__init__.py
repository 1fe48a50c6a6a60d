"""dj-rest-auth on django-allauth: an app logs in by a token of the provider and gets a token of REST framework."""
