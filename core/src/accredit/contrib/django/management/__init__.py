"""What `manage.py` has from us: `commands` is where Django looks."""
