"""Queries to frozen page models, past the domain: what pages and exports show."""
