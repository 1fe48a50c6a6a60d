"""`accredit keys`: list, rotate, revoke, encrypt and copy the signing keys. A running server needs no restart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from accredit.cli.tools.config import ConfigOption, read_settings

if TYPE_CHECKING:
    from accredit.keys.stored import Stored

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

AtOnceOption = Annotated[bool, typer.Option("--now", help="Do it although somebody may notice.")]


@app.callback()
def keys() -> None:
    """List, rotate, revoke, encrypt or copy the keys that sign tokens. Running servers follow within seconds.

    A key is published as `next` before it signs, signs as `current`, and stays published as `previous` until it is
    revoked. They are in a file or in the database, as keys.place says. Run these as the user that runs the server: the
    key file is readable by its owner only.

    \b
    Example:
      accredit keys rotate --config accredit.toml
    """


@app.command("list")
def list_keys(
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """List the keys and what each does. Prints nothing private.

    \b
    Example:
      accredit keys list --config accredit.toml
    """
    import json

    from accredit.cli.tools.key_places import existing_keys

    stored = existing_keys(read_settings(config)).read()
    rows = [
        {
            "kid": one.key.kid,
            "alg": one.key.alg,
            "state": one.state,
            "made": _date(one.made_at or None),
            "retired": _date(one.retired_at),
        }
        for one in sorted(stored, key=lambda one: (one.key.alg, one.state, one.made_at))
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    from accredit.cli.tools.screen import make_console, make_table

    table = make_table("kid", "alg", "state", "made", "retired")
    for row in rows:
        table.add_row(*(value or "-" for value in row.values()))
    make_console().print(table, soft_wrap=False)


@app.command("rotate")
def rotate_keys(config: ConfigOption = None, at_once: AtOnceOption = False) -> None:
    """Let the next key sign, keep the one before published, and announce a new next key.

    Refused while the next key is so new that verifiers may not know it yet; --now does without, for a key that has
    leaked.

    \b
    Example:
      accredit keys rotate --config accredit.toml
    """
    from accredit.cli.tools.key_places import existing_keys
    from accredit.keys.stored import find, rotate

    settings = read_settings(config)
    alg, late_s = settings.tokens.signing_alg, settings.keys.check_interval_s

    def step(keys: Stored, now: int) -> Stored:
        return rotate(keys, alg, now=now, late_s=late_s, at_once=at_once)

    stored = existing_keys(settings).change(step)
    current, following = find(stored, alg, "current"), find(stored, alg, "next")
    if current is not None and following is not None:
        typer.echo(f"signs from now on: {current.key.kid}")
        typer.echo(f"announced:         {following.key.kid}")


@app.command("revoke")
def revoke_key(
    kid: Annotated[str, typer.Argument(metavar="KID", help="The key's name; behind -- if it begins with a dash.")],
    config: ConfigOption = None,
    at_once: AtOnceOption = False,
) -> None:
    """Take a key out of what is published: no token that it signed verifies any more.

    The key that signs must be rotated first. Refused while tokens that the key signed may still be live; --now does
    without, for a key that has leaked.

    \b
    Example:
      accredit keys revoke KID --config accredit.toml
    """
    from accredit.cli.tools.key_places import existing_keys
    from accredit.keys.stored import revoke

    settings = read_settings(config)
    tokens = settings.tokens
    existing_keys(settings).change(
        lambda keys, now: revoke(
            keys,
            kid,
            tokens.signing_alg,
            now=now,
            longest_ttl_s=max(tokens.access_ttl_s, tokens.id_ttl_s),
            at_once=at_once,
        )
    )
    typer.echo(f"revoked: {kid}")


@app.command("encrypt")
def encrypt_keys(config: ConfigOption = None) -> None:
    """Encrypt the keys with ACCREDIT_KEYS__ENCRYPTION_KEY: 32 random bytes in base64.

    In the database they always are. Servers that run go on with the keys they have; restart them with the variable. To
    change it, restart them with the old one and the new one, separated by a comma, then with the new one and the old
    one, and run this: the first encrypts, each decrypts. Where a connection says keep_provider_token, providers' tokens
    in the database are encrypted anew, too.

    \b
    Example:
      accredit keys encrypt --config accredit.toml
    """
    from accredit.cli.tools.key_places import existing_keys
    from accredit.cli.tools.with_subjects import run_with_subjects

    settings = read_settings(config)
    place = existing_keys(settings, must_read=False)
    was_plain = place.encrypt()
    typer.echo(f"{'encrypted' if was_plain else 'encrypted anew'}: {place.place}")
    if any("keep_provider_token" in table for table in settings.connections.values()):
        count = run_with_subjects(config, lambda subjects: subjects.encrypt_tokens())
        typer.echo(f"encrypted anew: {count} providers' tokens")


@app.command("copy")
def copy_keys(
    to: Annotated[Literal["file", "storage"], typer.Option("--to", help="Where they are to be copied.")],
    config: ConfigOption = None,
) -> None:
    """Copy the keys between the key file and the database, so that keys.place can be changed without a failed login.

    Both hold the same keys then: restart one server after the other with the new keys.place, and delete the keys in the
    old place when none uses them any more. Do not rotate in between; if you have, copy again. Refused where it would
    overwrite a key that the other place does not have.

    \b
    Example:
      accredit keys copy --to storage --config accredit.toml
    """
    from accredit.cli.tools.key_places import keys_to_copy, place_of_keys
    from accredit.keys.stored import replaced_by

    settings = read_settings(config)
    source = keys_to_copy(settings, "file" if to == "storage" else "storage")
    target = place_of_keys(settings, to)
    copied = source.read()
    target.change(lambda there, _: replaced_by(there, copied))
    typer.echo(f"copied {len(copied)} keys from {source.place} to {target.place}")


def _date(epoch_s: int | None) -> str | None:
    import datetime as dt

    return None if epoch_s is None else dt.datetime.fromtimestamp(epoch_s, dt.UTC).isoformat().replace("+00:00", "Z")
