"""Duplicates and overlap as far as no record is read: what is compared, and what is made of it."""
