"""What `manage.py check` says, and `check --deploy`: settings that can never work, and those that will hurt one day.

`settings` looks at `ACCREDIT`, `project` at what stands around it, `deploy` at what only matters in production.
Importing this room registers them.
"""

from accredit.contrib.django.checks import deploy, project, settings

__all__ = ["deploy", "project", "settings"]
