"""Reports that are kept: frozen, made by many at once, and sent by the clock."""
