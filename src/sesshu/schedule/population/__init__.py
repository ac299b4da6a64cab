"""The same logic for a whole city at once."""
