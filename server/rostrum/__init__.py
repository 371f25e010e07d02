"""Rostrum: hybrid meetings in which those far away take part as fully as those in the hall."""

__version__ = "0.1.0"
