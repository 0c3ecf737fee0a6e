"""History: evidence, runs and checkpoints as JSON documents in one database."""

from crmaudit.store.store import Run, Store, open_store

__all__ = ["Run", "Store", "open_store"]
