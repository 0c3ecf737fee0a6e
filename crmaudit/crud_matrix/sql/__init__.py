"""What SQL does: normalised, fingerprinted, understood. Pure; nothing here reads a file."""
