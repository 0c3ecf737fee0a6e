"""History: evidence, runs and checkpoints as JSON documents in one database."""

from crmaudit.store.store import Collection, Run, Store, open_store

__all__ = ["Collection", "Run", "Store", "open_store"]
