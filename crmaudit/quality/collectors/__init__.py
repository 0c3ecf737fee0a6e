"""What of quality reads databases; everything else in the room is pure."""
