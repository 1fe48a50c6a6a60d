"""One file for each package whose tables can be read: which ones they are, and what their columns mean."""
