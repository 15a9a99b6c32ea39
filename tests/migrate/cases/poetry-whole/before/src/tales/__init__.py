"""Tales."""
