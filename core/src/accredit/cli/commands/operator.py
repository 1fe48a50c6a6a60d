"""`accredit operator`: the token that opens the operator's page."""

import typer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def operator() -> None:
    """Make the token of the operator's page, which `accredit serve` has where `operator.enabled` says so.

    \b
    Example:
      accredit operator token
    """


@app.command()
def token() -> None:
    """Make a token, and the line that lets it in. Each is shown this once.

    The token goes to standard output, the line with its hash to standard error: where the first is led into a file,
    the hash stays on the screen, or goes where 2> says. Nothing else is written: put the line into the table [operator]
    of the settings, or the hash into the environment, as ACCREDIT_OPERATOR__TOKEN_HASH, and start the server again.
    The token before it is let in no more.

    \b
    Example:
      accredit operator token > token.txt 2> hash.txt
    """
    from accredit.settings.operator import OperatorTokenHash, new_operator_token

    made = new_operator_token()
    typer.echo("for the table [operator] of the settings:", err=True)
    typer.echo(f'token_hash = "{OperatorTokenHash.of(made)}"', err=True)
    typer.echo("the token, which cannot be shown again:", err=True)
    typer.echo(made)
