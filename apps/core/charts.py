"""Small drawings made on the server: no script, no request."""

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT, INSET = 120, 36, 3


def spark(values: Sequence[float]) -> Markup:
    """A line over its own area, from the least to the greatest of `values`. Nothing for fewer than two."""
    if len(values) < 2:
        return Markup("")
    least, most = min(values), max(values)
    step, reach = WIDTH / (len(values) - 1), (most - least) or 1
    points = [
        (round(i * step, 1), round(HEIGHT - INSET - (value - least) / reach * (HEIGHT - 2 * INSET), 1))
        for i, value in enumerate(values)
    ]
    line = "L".join(f"{x} {y}" for x, y in points)
    return Markup(
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'<path class="spark-area" d="M{line}L{WIDTH} {HEIGHT}L0 {HEIGHT}Z"/><path class="spark-line" d="M{line}"/></svg>'
    )
