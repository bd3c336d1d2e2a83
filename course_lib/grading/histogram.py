"""The marks of a class as a picture: inline SVG, its numbers written on it, its axis from 0."""

from html import escape

from course_lib.grading.overview import Bar
from course_lib.grading.result import number

_WIDTH, _HEIGHT = 460, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 16, 22, 40


def histogram(bars: list[Bar], title: str, across: str, up: str) -> str:
    """``bars`` as SVG. ``title`` says in words what it shows, ``across`` and ``up`` the axes.

    Bars of marks above the maximum are outlined, and a line stands where they begin.
    """
    most = max((bar.count for bar in bars), default=0)
    step = _step(most)
    top = step * (most // step + 1)  # room for the number on the highest bar
    wide = (_WIDTH - _LEFT - _RIGHT) / max(1, len(bars))
    high = (_HEIGHT - _TOP - _BOTTOM) / top
    floor = _HEIGHT - _BOTTOM
    parts = []
    for count in range(0, top + 1, step):
        y = floor - count * high
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>')
        parts.append(_text("tick", _LEFT - 6, y + 4, "end", count))
    for place, bar in enumerate(bars):
        x, y = _LEFT + place * wide, floor - bar.count * high
        kind = "bar above" if bar.above else "bar"
        if bar.count:
            parts.append(
                f'<rect class="{kind}" x="{x + 2:.1f}" y="{y:.1f}" width="{wide - 4:.1f}" '
                f'height="{bar.count * high:.1f}"/>'
            )
            parts.append(_text("count", x + wide / 2, y - 5, "middle", bar.count))
    edges = [bar.low for bar in bars] + [bar.high for bar in bars[-1:]]
    every = 1 if max((len(number(edge)) for edge in edges), default=0) <= 4 else 2
    for place, edge in enumerate(edges):
        if place % every == 0:
            parts.append(_text("tick", _LEFT + place * wide, floor + 15, "middle", number(edge)))
    first = next((place for place, bar in enumerate(bars) if bar.above), None)
    if first is not None:
        x = _LEFT + first * wide
        parts.append(f'<path class="limit" d="M{x:.1f} {_TOP - 14}V{floor}"/>')
    parts.append(f'<path class="axis" d="M{_LEFT} {floor}H{_WIDTH - _RIGHT}"/>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(_text("label", middle, _HEIGHT - 6, "middle", across))
    parts.append(_text("label", 2, 12, "start", up))
    return (
        f'<svg class="marks" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )


def _text(kind: str, x: float, y: float, anchor: str, said) -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {where}>{escape(str(said))}</text>'


def _step(most: int) -> int:
    """1, 2, 5, 10, 20, 50, ...: the first with which at most five lines are drawn."""
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if most <= 5 * step:
                return step
        size *= 10
