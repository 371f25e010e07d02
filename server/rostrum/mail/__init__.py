"""Mail: from the outbox to a server, or to files where none is set."""
