"""Enter whose each identity is, and who is blocked. What is stored here already wins over the old tables."""

from collections.abc import Iterable, Mapping

from accredit.importers.records import Account
from accredit.importers.report import Entry
from accredit.importers.steps.batches import in_batches
from accredit.importers.steps.matching import Matching
from accredit.importers.target import Target
from accredit.storage.rules import default_subject

_Identity = tuple[str, str]


async def enter_users(deactivated: Iterable[str], target: Target, *, write: bool) -> list[Entry]:
    """Block whoever was deactivated. Before anything is linked, so that nobody slips in between.

    Raises:
        StorageFailed: it cannot be done.
    """

    async def enter(subject: str) -> Entry:
        stored = await target.storage.get(subject)
        if stored is not None and stored.blocked:
            return Entry("user", f"user {subject}", "unchanged", "blocked")
        if write:
            await target.subjects.block(subject)
        return Entry("user", f"user {subject}", "entered", "blocked, being deactivated at the old server")

    return await in_batches(enter, sorted(deactivated))


async def enter_accounts(
    accounts: Iterable[Account], matching: Matching, target: Target, *, write: bool
) -> list[Entry]:
    """Link each account's identity to its user, where nobody has it.

    Raises:
        StorageFailed: it cannot be done.
    """
    entries: list[Entry] = []
    claims: dict[_Identity, list[Account]] = {}
    for account in accounts:
        connection = matching.connection_of(account)
        if isinstance(connection, str):
            entries.append(Entry("identity", account.row, "left out", connection))
        else:
            claims.setdefault((connection.namespace, account.user_id), []).append(account)
    entries.extend(_disputed(claims))
    wanted = [(identity, rows[0]) for identity, rows in claims.items() if len({row.user for row in rows}) == 1]

    async def enter(claim: tuple[_Identity, Account]) -> Entry:
        return await _enter(*claim, target, write=write)

    entries.extend(await in_batches(enter, wanted))
    return entries


def _disputed(claims: Mapping[_Identity, list[Account]]) -> Iterable[Entry]:
    """Tell of identities that stand in several rows: whose is one that two users claim?"""
    for rows in claims.values():
        if len({row.user for row in rows}) > 1:
            told = "two users of the old server have this identity: nobody can tell whose it is"
            yield from (Entry("identity", row.row, "conflict", told) for row in rows)
        else:
            yield from (Entry("identity", row.row, "unchanged", "another row says the same") for row in rows[1:])


async def _enter(identity: _Identity, account: Account, target: Target, *, write: bool) -> Entry:
    stored = await target.storage.subject_of(*identity)
    if stored is not None and stored.unlinked:
        told = "the identity was unlinked here: `accredit subjects link` gives it back"
        return Entry("identity", account.row, "left out", told)
    if stored is not None and stored.id == account.user:
        return Entry("identity", account.row, "unchanged", "linked to its user")
    if stored is None:
        by_itself = await target.storage.get(default_subject(*identity))
        if by_itself is not None and by_itself.blocked:  # a link must not lift a block
            return Entry("identity", account.row, "left out", "the identity is blocked here, by the subject of its own")
        if not write or await target.subjects.link(*identity, account.user):
            return Entry("identity", account.row, "entered", "linked to its user")
    return Entry("identity", account.row, "conflict", "the identity is another user's here, and stays so")
