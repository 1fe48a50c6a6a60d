"""What several commands need: settings, processes, the screen, secrets that are typed in."""
