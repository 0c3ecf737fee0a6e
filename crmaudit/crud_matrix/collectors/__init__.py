"""What databases and files tell of use: the only part of the room that reads them."""
