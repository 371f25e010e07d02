"""What every WebVTT text is made with (W3C Candidate Recommendation 2019)."""

from datetime import timedelta


def escaped(text: str) -> str:
    """A text as one line of a cue's payload."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def timestamp(since: timedelta) -> str:
    """A time, to the millisecond; one before the beginning is the beginning."""
    ms = max(0, since // timedelta(milliseconds=1))
    hours, rest = divmod(ms, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
