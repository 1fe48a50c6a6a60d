"""Run the command line as `python -m accredit`."""

from accredit.cli import main

main()
