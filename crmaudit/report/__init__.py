"""The plan document: facts → context → sections → block tree → formats."""
