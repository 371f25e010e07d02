"""The process that draws one page of a kept document as a picture. Started by `drawer.py`; the document is its standard
input, a file in memory that it opens once more by its number: it may open one thing at a time.
"""

import resource
import sys

import typst

PAGE = """
#set page(width: auto, height: auto, margin: 0pt)
#image("/proc/self/fd/0", format: "pdf", page: int(sys.inputs.page), width: 595pt)
"""
DOTS_PER_INCH = 110
MEMORY_BYTES = 1024 * 1024 * 1024
CPU_S = 20


def main() -> None:
    """Draw the page whose number stands on the command line; the picture goes to the standard output."""
    # A first run loads what it needs before the doors close.
    typst.compile(b"x", format="png", ignore_system_fonts=True)
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 4),
    ):
        resource.setrlimit(kind, (most, most))
    drawn = typst.compile(  # type: ignore[call-overload]  # a root beside bytes is taken as text
        PAGE.encode(),
        root="/",
        format="png",
        ppi=DOTS_PER_INCH,
        ignore_system_fonts=True,
        sys_inputs={"page": sys.argv[1]},
    )
    sys.stdout.buffer.write(drawn if isinstance(drawn, bytes) else b"")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
