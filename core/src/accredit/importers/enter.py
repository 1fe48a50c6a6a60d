"""Enter what a source has found: the order, and nothing else."""

from accredit.importers.options import ImportOptions
from accredit.importers.records import Reading
from accredit.importers.report import Entry, Report
from accredit.importers.steps.clients import suggest_clients
from accredit.importers.steps.identities import enter_accounts, enter_users
from accredit.importers.steps.matching import Matching
from accredit.importers.steps.refresh_tokens import enter_refresh_tokens
from accredit.importers.target import Target


async def enter(reading: Reading, target: Target, *, options: ImportOptions) -> Report:
    """Block, link, and let refresh tokens go on; without `options.write` only say what would be done.

    Nothing of ours is overwritten: what is another user's stays so, and is reported. A second run changes nothing.

    Raises:
        ConfigurationError: an option names a connection that is not there; nothing was written.
        StorageFailed: the storage cannot be used now; what was entered before stays, and a second run goes on.
    """
    matching = Matching(target.connections, reading.strategies, options)
    users = await enter_users(reading.deactivated, target, write=options.write)
    accounts = await enter_accounts(reading.accounts, matching, target, write=options.write)
    tokens = await enter_refresh_tokens(reading.refresh_tokens, target, options)
    clients, tables = suggest_clients(reading.applications, target)
    left_out = [Entry(one.kind, one.row, "left out", one.reason) for one in reading.left_out]
    return Report(
        source=reading.source,
        written=options.write,
        entries=(*users, *accounts, *tokens, *clients, *left_out),
        clients=tuple(tables),
        notes=reading.notes,
    )
