"""The command line: one file a command in `commands/`; what several of them need is in `tools/`.

`app` puts the commands together, `hosted` those for the command line of a host. `checkup/` is what
`accredit doctor` looks at, `templates/` is what `accredit new-strategy` writes.

Commands import what they need when they run, so that `accredit --help` is quick and `accredit serve` stays small. This
file imports nothing: it must be able to say which extra is not installed.
Exit codes: 0 as asked, 2 somebody must change a setting, an argument or what is installed, 1 anything else.
"""

import sys


def main() -> None:
    """Run the command line. Without its extra one sentence says what to install, and the exit code is 2."""
    from accredit.cli.extras import problem_of_extra

    if problem := problem_of_extra("the command line", "cli"):
        sys.stderr.write(f'accredit: {problem}; serve, dev, demo and simulate need "accredit[server]", which has it\n')
        raise SystemExit(2)
    from accredit.cli.app import app

    app(prog_name="accredit")
