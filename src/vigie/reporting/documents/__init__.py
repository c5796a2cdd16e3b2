"""Further documents of the report's family."""
