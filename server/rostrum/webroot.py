"""Where the pages' files are: templates, styles, scripts, catalogues and what npm brought."""

from pathlib import Path


def web_root() -> Path:
    """The folder `web`: inside an installed package, or at the root of a checkout."""
    here = Path(__file__).parent
    packed = here / "web"
    return packed if packed.is_dir() else here.parents[1] / "web"
