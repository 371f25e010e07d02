"""The command line: `rostrum …`."""

from rostrum.cli.main import main

__all__ = ["main"]
