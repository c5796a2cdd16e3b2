"""What a report says: its records, and how they are read from the database."""
