"""Lucide's icons as inline SVG: no request, no style attribute, hidden from screen readers."""

import re
from functools import lru_cache

import lucide
from markupsafe import Markup


@lru_cache(maxsize=1024)
def icon(name: str, size: int = 18) -> Markup:
    """One icon, `size` pixels square; how it is drawn stands once in silun.css, not in each.

    Raises lucide.IconDoesNotExist for a name Lucide does not have.
    """
    drawing = "".join(re.findall(r"<(?!/?svg)[^>]+>", lucide._render_icon(name, size)))
    return Markup(
        f'<svg class="icon" width="{size}" height="{size}" viewBox="0 0 24 24" aria-hidden="true">'
        f"{drawing.replace(' />', '/>')}</svg>"
    )
