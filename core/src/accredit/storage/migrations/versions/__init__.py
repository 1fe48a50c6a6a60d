"""One file a revision; `accredit.storage.schema.revisions.HEAD` names the newest."""
