"""The command line: the only room that prints, reads flags and exits."""

from crmaudit.cli.main import main

__all__ = ["main"]
