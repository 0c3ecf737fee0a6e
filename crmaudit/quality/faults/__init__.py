"""What a faulty value looks like: pure knowledge, no database is asked here."""
