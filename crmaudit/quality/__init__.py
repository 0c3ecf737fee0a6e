"""The quality of data: what is measured, and what is said about it."""
