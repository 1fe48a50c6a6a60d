"""What the checks work with: an exchange in front of one strategy, and what watches it from all sides."""
