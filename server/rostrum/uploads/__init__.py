"""What people send: type by content, cleaned in a process of its own, kept sealed. PDF and pictures only."""
