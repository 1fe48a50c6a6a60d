"""`accredit connections`: what is installed and configured, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from accredit.cli.tools.config import ConfigOption

if TYPE_CHECKING:
    from accredit.cli.tools.available import Available
    from accredit.cli.tools.inventory import Configured, Installed
    from accredit.cli.tools.plugin_inventory import ServerPlugin


def command(
    config: ConfigOption = None,
    available: Annotated[bool, typer.Option("--available", help="List what could be installed, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """List strategies and connections. Use it to see what a settings file still lacks before serving it.

    For every installed strategy: its traits, such as unbound, who brings it, which connections use it, the hosts it
    calls, and the required settings that are missing. Then the plugins for servers, and whether they are on. Works
    without a file too, or with a broken one. Prints no values of settings.

    With --available: every strategy that we publish, and every other one that is installed, with its distribution,
    the kinds of credentials that it accepts, and whether it is installed and configured here.

    \b
    Example:
      accredit connections --config accredit.toml
      accredit connections --available
    """
    import json
    from dataclasses import asdict

    from accredit.cli.tools.inventory import read_tables, take_inventory
    from accredit.cli.tools.plugin_inventory import list_plugins, read_plugins

    tables, problem = read_tables(config)
    inventory = take_inventory(tables)
    if available:
        _show_available(inventory, problem, as_json=as_json, is_configured=config is not None or bool(tables))
        return
    plugins = list_plugins(read_plugins(config))
    if as_json:
        found = {
            "problem": problem,
            "strategies": [asdict(strategy) for strategy in inventory],
            "plugins": [asdict(plugin) for plugin in plugins],
        }
        typer.echo(json.dumps(found, indent=2))
    else:
        # Without a file nothing has been configured yet, and nothing is wrong with what is installed.
        _show(inventory, problem, is_configured=config is not None or bool(tables))
        _show_plugins(plugins)


def _show(inventory: list[Installed], problem: str | None, *, is_configured: bool) -> None:
    from accredit.cli.tools.screen import make_console, make_table

    console = make_console()
    table = make_table("strategy", "brought by", "connection", "calls", "missing settings")
    for one in inventory:
        source = f"{one.distribution} {one.version or ''}".rstrip() if one.distribution else "not installed"
        strategy = f"{one.strategy} ({_list(one.traits)})" if one.traits else one.strategy
        if not one.connections:
            table.add_row(strategy, source, "-", _list(one.hosts), _list(one.missing))
        for connection in one.connections:
            hosts = connection.hosts or one.hosts
            table.add_row(strategy, source, _name(connection), _list(hosts), _list(connection.missing))
    if inventory:
        console.print(table, soft_wrap=False)
    else:
        console.print("No strategy is installed. Install at least one, such as: pip install accredit-facebook")
    if problem is not None and not is_configured:
        console.print("No settings were read: pass --config FILE or set ACCREDIT_CONFIG to see connections too.")
    for text in _problems(inventory, problem if is_configured else None):
        console.print(f"To change: {text}", style="bold red")
    for one in inventory:
        if one.problem is not None and not one.connections:
            console.print(f"Warning: no connection uses it, but it is broken: {one.problem}", style="yellow")


def _show_available(inventory: list[Installed], problem: str | None, *, as_json: bool, is_configured: bool) -> None:
    from dataclasses import asdict, replace

    from accredit.cli.tools.available import list_available
    from accredit.cli.tools.screen import make_console, make_table, pretty

    found = list_available(inventory)
    if as_json:
        rows = [{**asdict(replace(one, published=None)), "published": one.published} for one in found]
        typer.echo(pretty({"problem": problem, "available": rows}))
        return
    console = make_console()
    table = make_table("strategy", "distribution", "accepts", "here")
    for one in found:
        accepts = ", ".join(kind.replace("_", " ").replace("id ", "ID ") for kind in one.accepts)
        table.add_row(one.strategy, one.distribution or "-", accepts or "-", _here(one))
    console.print(table, soft_wrap=False)
    if problem is not None and is_configured:
        console.print(f"To change: {problem}", style="bold red")
    for one in found:
        if one.problem is not None:
            console.print(f"Warning: it is installed, but broken: {one.problem}", style="yellow")


def _here(one: Available) -> str:
    installed = f"installed ({one.version or 'version unknown'})" if one.installed else "not installed"
    return f"{installed}, configured as {_list(one.connections)}" if one.connections else installed


def _show_plugins(plugins: list[ServerPlugin]) -> None:
    from accredit.cli.tools.screen import make_console, make_table

    if not plugins:
        return
    console = make_console()
    table = make_table("plugin", "brought by", "state", "hooks")
    states = {True: "on", False: "off", None: "unknown"}
    for one in plugins:
        table.add_row(one.name, " and ".join(one.brought_by) or "not installed", states[one.enabled], _list(one.hooks))
    console.print()
    console.print(table, soft_wrap=False)
    for one in plugins:
        if one.problem is not None:
            console.print(f"To change: {one.problem}", style="bold red")


def _problems(inventory: list[Installed], problem: str | None) -> list[str]:
    found = [] if problem is None else [problem]
    for one in inventory:
        if one.problem is not None:
            found += [one.problem] if one.connections else []
        else:
            found += [connection.problem for connection in one.connections if connection.problem is not None]
    return found


def _name(connection: Configured) -> str:
    return connection.name if connection.enabled else f"{connection.name} (off)"


def _list(values: tuple[str, ...]) -> str:
    return ", ".join(values) or "-"
