"""Collectors of people's half of the audit: the only modules of the room that read databases."""
