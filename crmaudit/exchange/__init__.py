"""Other machines' and other tools' formats, in and out."""

from crmaudit.exchange.bundle import Bundle, read_bundle, write_bundle

__all__ = ["Bundle", "read_bundle", "write_bundle"]
