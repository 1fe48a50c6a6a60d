"""Alembic's entry: run the migrations on the connection that `accredit.storage.schema.runner` hands over."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo

_given = context.config.attributes
_versions = sa.table("alembic_version", sa.column("runs_with"))


def _note(
    ctx: MigrationContext,
    step: MigrationInfo,
    heads: Collection[Any],
    run_args: Mapping[str, Any],
) -> None:
    """Write down the oldest code that may run on what is there now, and tell that a revision is done."""
    for head in heads:
        runs_with = getattr(context.script.get_revision(head).module, "runs_with", None)
        if runs_with is not None:
            _given["connection"].execute(sa.update(_versions).values(runs_with=runs_with))
    if _given["say"] is not None:
        _given["say"](step.up_revision_id if step.is_upgrade else step.down_revision_ids[0])


context.configure(connection=_given["connection"], transactional_ddl=True, on_version_apply=_note)
with context.begin_transaction():
    context.run_migrations()
