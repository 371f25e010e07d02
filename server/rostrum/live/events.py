"""Server-sent events, as bytes."""


def event(name: str, data: str, identifier: str | None = None) -> bytes:
    """One server-sent event (HTML Living Standard, 9.2.6)."""
    head = f"id: {identifier}\n" if identifier is not None else ""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"{head}event: {name}\n{lines}\n".encode()
