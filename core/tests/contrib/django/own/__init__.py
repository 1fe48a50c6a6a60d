"""An app of the project, with tables of its own in the place of ours."""
