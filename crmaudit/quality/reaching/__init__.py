"""With which records something is at hand: what has to be counted, worked out from evidence."""

from crmaudit.quality.reaching.links import Flag, Link, Onward, Rows, Subject
from crmaudit.quality.reaching.things import ANY_OF, CUSTOMERS, PARTS, subjects

__all__ = ["ANY_OF", "CUSTOMERS", "PARTS", "Flag", "Link", "Onward", "Rows", "Subject", "subjects"]
