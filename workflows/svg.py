"""The picture of a machine as SVG: colours as presentation attributes, so that it needs neither styles nor scripts."""

from collections.abc import Iterator, Mapping
from html import escape

from workflows.diagram import LINE, NAME, Arrow, Box, Picture, Text
from workflows.vocabulary import State

FONT = "-apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
INK, MUTED, ACTION, PLAIN = "#1b2330", "#525a67", "#14505c", "#6a7280"
# Border and ground of a box by the tone of its badge (.assets/scss/_palette.scss).
TONES = {
    "neutral": ("#14505c", "#e4eef0"),
    "waiting": ("#7a4e00", "#fdf2d6"),
    "good": ("#1b623e", "#e3f2e9"),
    "bad": ("#a2242c", "#fbe8e7"),
    "ended": ("#56535f", "#eeecf0"),
    "yours": ("#a84614", "#fcefe5"),
}


def draw(picture: Picture, tones: Mapping[State, str], title: str, desc: str, name: str) -> str:
    """A whole `<svg>`; `name` makes its ids unique on a page."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{name}-title {name}-desc" '
        f'width="{picture.width}" height="{picture.height}" viewBox="0 0 {picture.width} {picture.height}" '
        f'font-family="{escape(FONT)}" direction="ltr">'
    )
    parts = [head, f'<title id="{name}-title">{escape(title)}</title>', f'<desc id="{name}-desc">{escape(desc)}</desc>']
    parts += [f'<rect width="{picture.width}" height="{picture.height}" fill="#ffffff"/>', _start(picture)]
    parts += [line for arrow in picture.arrows for line in _arrow(arrow)]
    parts += [line for box in picture.boxes for line in _box(box, *TONES[tones[box.state]])]
    parts += [line for note in picture.notes for line in _text(note)]
    return "\n".join([*parts, "</svg>\n"])


def _start(picture: Picture) -> str:
    """The dot from which everything begins, above the first box."""
    first = picture.boxes[0]
    x = first.x + first.width // 2
    return (
        f'<circle cx="{x}" cy="10" r="6" fill="{ACTION}"/>'
        f'<path d="M{x} 16V{first.y - 9}" stroke="{ACTION}" stroke-width="2.5" fill="none"/>'
        f'<path d="M{x - 5} {first.y - 9}h10l-5 8z" fill="{ACTION}"/>'
    )


def _box(box: Box, border: str, ground: str) -> Iterator[str]:
    thick = 2.5 if box.is_regular else 1.5
    yield (
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="6" fill="{ground}" '
        f'stroke="{border}" stroke-width="{thick}"/>'
    )
    if box.is_final:
        yield (
            f'<rect x="{box.x + 4}" y="{box.y + 4}" width="{box.width - 8}" height="{box.height - 8}" rx="3" '
            f'fill="none" stroke="{border}" stroke-width="1"/>'
        )
    middle = box.x + box.width // 2
    tall = len(box.name) * NAME + len(box.exits) * LINE + (4 if box.exits else 0)
    y = box.y + (box.height - tall) // 2 + 14
    for line in box.name:
        yield _line(middle, y, "middle", line, INK, 14.5, bold=True)
        y += NAME
    y += 3 if box.exits else 0
    for line in box.exits:
        yield _line(middle, y - 1, "middle", line, INK, 12)
        y += LINE
    if box.count:
        yield from _count(box)


def _count(box: Box) -> Iterator[str]:
    shown = str(box.count)
    width = 14 + 8 * len(shown)
    x = box.x + box.width - width + 8
    yield f'<rect x="{x}" y="{box.y - 9}" width="{width}" height="22" rx="11" fill="{ACTION}"/>'
    yield _line(x + width // 2, box.y + 7, "middle", shown, "#ffffff", 13, bold=True)


def _arrow(arrow: Arrow) -> Iterator[str]:
    colour, thick = (ACTION, 2.5) if arrow.is_regular else (PLAIN, 1.5)
    x, y = arrow.x2, arrow.y2
    if arrow.x1 == arrow.x2:
        back = -9 if y > arrow.y1 else 9
        yield f'<path d="M{arrow.x1} {arrow.y1}V{y + back}" stroke="{colour}" stroke-width="{thick}" fill="none"/>'
        yield f'<path d="M{x - 5} {y + back}h10l-5 {-back - (1 if back < 0 else -1)}z" fill="{colour}"/>'
    else:
        back = -9 if x > arrow.x1 else 9
        yield f'<path d="M{arrow.x1} {arrow.y1}H{x + back}" stroke="{colour}" stroke-width="{thick}" fill="none"/>'
        yield f'<path d="M{x + back} {y - 5}v10l{-back - (1 if back < 0 else -1)} -5z" fill="{colour}"/>'
    yield from _text(arrow.label)


def _text(text: Text) -> Iterator[str]:
    y = text.y
    for line in text.lines:
        yield _line(text.x, y, text.anchor, line, INK, 12.5)
        y += LINE
    for line in text.owner:
        yield _line(text.x, y, text.anchor, line, MUTED, 12)
        y += LINE


def _line(x: int, y: int, anchor: str, said: str, colour: str, size: float, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}" font-size="{size}"{weight}>{escape(said)}</text>'
    )
