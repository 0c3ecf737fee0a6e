"""The words of a statement; see `crmaudit/sources/script/lexer.py`."""

from crmaudit.sources.script.lexer import Token, family, literals, made, scan, tokens, unquoted

__all__ = ["Token", "family", "literals", "made", "scan", "tokens", "unquoted"]
