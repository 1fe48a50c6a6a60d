"""What to type to run us again, from where we were run."""

import shlex
import sys
from pathlib import Path


def this_program() -> str:
    """Return the program's path where it lies below the current directory, as in `.venv`; else only its name.

    The path works whether or not the environment is active, or was so only for this run.
    """
    program = Path(sys.argv[0]).absolute()
    if program.name == "__main__.py":
        return "python -m accredit"
    if not program.is_file():  # such as `-c`: a program in which commands run, and not one that can be typed
        return "accredit"
    try:
        return shlex.quote(str(program.relative_to(Path.cwd())))
    except ValueError:  # it lies elsewhere
        return "accredit"
