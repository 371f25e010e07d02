"""One file of a recording's tracks: cut, joined and given chapters, never decoded."""
