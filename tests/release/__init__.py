"""What must hold before the distributions may be published: `nox -s release` asks all of it."""
