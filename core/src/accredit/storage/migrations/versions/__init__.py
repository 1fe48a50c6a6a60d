"""One file a revision; `accredit.storage.migrate.HEAD` names the newest."""
