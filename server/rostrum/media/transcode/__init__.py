"""A file that a delegation sent, looked at and made into what the engine forwards: in a process of its own."""
