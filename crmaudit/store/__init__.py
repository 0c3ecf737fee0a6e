"""History: evidence, runs and checkpoints as JSON documents in one database."""

from crmaudit.store.opening import file_at
from crmaudit.store.store import Collection, Run, Store, open_store

__all__ = ["Collection", "Run", "Store", "file_at", "open_store"]
