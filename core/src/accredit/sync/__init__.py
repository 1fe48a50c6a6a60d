"""The blocking doors: an exchange for programs without an event loop, such as those that WSGI servers run."""
