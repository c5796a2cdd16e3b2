"""What a report carries: its figures as files, and what it was made from."""
