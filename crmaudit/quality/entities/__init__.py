"""What the tables of an unknown CRM mean: names, columns, keys and counts to entities."""
