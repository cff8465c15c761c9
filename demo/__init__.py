"""One machine, two commands: embedded PostgreSQL, supervisor, demo brand, story."""
