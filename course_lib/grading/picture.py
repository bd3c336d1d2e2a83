"""Where the numbers differ, as a small inline picture: rows of time or batch, columns of units.

No script and no outside style: it shows in JupyterLab, in nbgrader's feedback and in print. The
strength of the colour is the difference, and every wrong cell also carries its number.
"""

from html import escape

from course_lib.exercises.spec import Item
from course_lib.grading.compare import Mismatch, close
from course_lib.grading.exam import Exam, Failure, Outcome
from course_lib.grading.phrases import labelled, listed, sentences
from course_lib.grading.words import axis_word, gates_of, index_words
from course_lib.i18n import _

CELL_WIDTH, CELL_HEIGHT, MOST = 40, 20, 14  # pixels; rows and columns that are drawn
LEFT, TOP = 64, 34  # pixels for the numbers beside and above


def picture_of(exam: Exam, outcome: Outcome) -> tuple[str, str]:
    """(SVG, sentence) for a failed aspect with wrong numbers; ("", "") for any other."""
    drawn = ("values", "gradients", "second_call")
    if isinstance(outcome.answer, Failure) or outcome.aspect.observe not in drawn:
        return "", ""
    if exam.item.spell:  # words: a difference between two of them means nothing
        return "", ""
    if any(mismatch.kind == "shape" for mismatch in outcome.mismatches):
        return "", ""
    for mismatch in outcome.mismatches:
        if mismatch.kind in ("value", "nan") and mismatch.got.ndim >= 1:
            return _drawn(exam.item, outcome, mismatch)
    return "", ""


def _drawn(item: Item, outcome: Outcome, mismatch: Mismatch) -> tuple[str, str]:
    letters = item.axes(outcome.case).get(mismatch.name, "").split()
    if len(letters) != mismatch.got.ndim:
        letters = [""] * mismatch.got.ndim
    difference = (mismatch.got.double() - mismatch.expected.double()).abs()
    wrong = ~close(mismatch.got, mismatch.expected, outcome.aspect.rtol, outcome.aspect.atol)
    difference = difference.nan_to_num(float("inf"), posinf=float("inf"))
    batch_of_sequence = "T" in letters and "B" in letters
    place = ""
    if batch_of_sequence:  # time by units, for the row of the batch with the largest difference
        axis = letters.index("B")
        others = [k for k in range(difference.ndim) if k != axis]
        row = int(difference.amax(others).argmax())
        difference, wrong = difference.select(axis, row), wrong.select(axis, row)
        letters = [letter for letter in letters if letter != "B"]
        place = _("The picture shows row {row} of the batch.").format(row=row)
    first = []
    while difference.ndim > 2:  # an image of one channel: the one with the largest difference
        first.append(int(difference.flatten(1).amax(1).argmax()))
        difference, wrong = difference[first[-1]], wrong[first[-1]]
    if first:
        shown = index_words(item, letters, first)
        if batch_of_sequence:
            shown = index_words(item, ["B", *letters], [row, *first])
        place = _("The picture shows {place}.").format(place=shown) if shown else ""
    letters = letters[len(first) :]
    if difference.ndim == 1:
        difference, wrong, letters = difference[None], wrong[None], ["", *letters]
    said = sentences(_sentence(mismatch, outcome, item), place)
    return _svg(item, mismatch.name, letters, difference, wrong), said


def _sentence(mismatch: Mismatch, outcome: Outcome, item: Item) -> str:
    letters = item.axes(outcome.case).get(mismatch.name, "").split()
    wrong = ~close(mismatch.got, mismatch.expected, outcome.aspect.rtol, outcome.aspect.atol)
    difference = (mismatch.got.double() - mismatch.expected.double()).abs().nan_to_num(float("inf"))
    flat = int(difference.argmax())
    index = []
    for size in reversed(difference.shape):
        index.insert(0, flat % size)
        flat //= size
    text = _(
        "{wrong} of {all} numbers of {value} are wrong; "
        "the largest difference is {largest}, at {place}."
    )
    if outcome.aspect.observe == "gradients":
        text = _(
            "{wrong} of {all} numbers of the gradient of {value} are wrong; "
            "the largest difference is {largest}, at {place}."
        )
    return text.format(
        wrong=int(wrong.sum()), all=wrong.numel(), value=mismatch.name,
        largest=_short(float(difference.max())),
        place=index_words(item, letters, index, mismatch.got.shape),
    )  # fmt: skip


def _svg(item: Item, name: str, letters, difference, wrong) -> str:
    """One panel; or one for each gate, two side by side, where gates are stacked along an axis."""
    finite = difference[difference.isfinite()]
    largest = max(float(finite.max()) if finite.numel() else 1.0, 1e-12)
    panels = _panels(name, letters, difference, wrong)
    letters = [letter[1:] if gates_of(letter) else letter for letter in letters]
    wide = LEFT + min(panels[0][1].shape[1], MOST) * CELL_WIDTH + 8
    high = TOP + min(panels[0][1].shape[0], MOST) * CELL_HEIGHT + 8
    width = wide * min(len(panels), 2)
    height = high * ((len(panels) + 1) // 2)
    title = _("Difference of {value}").format(value=name)
    parts = [
        f'<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'style="max-width:100%;height:auto" xmlns="http://www.w3.org/2000/svg">',
        f"<title>{escape(title)}</title>",
        '<g font-family="inherit" font-size="11" fill="currentColor">',
    ]
    for place, (label, numbers, marks) in enumerate(panels):
        row, column = divmod(place, 2)
        parts.append(f'<g transform="translate({column * wide} {row * high})">')
        parts += _panel(item, label, letters, numbers, marks, largest)
        parts.append("</g>")
    return "".join([*parts, "</g></svg>"])


def _panels(name: str, letters, difference, wrong) -> list[tuple]:
    """(label, differences, which are wrong) for every panel."""
    for axis, letter in enumerate(letters[-2:]):
        gates = gates_of(letter)
        if gates and difference.shape[axis] % len(gates) == 0:
            blocks = zip(
                gates,
                difference.chunk(len(gates), axis),
                wrong.chunk(len(gates), axis),
                strict=True,
            )
            gate = _("gate {name}")
            return [(listed([name, gate.format(name=g)]), *block) for g, *block in blocks]
    return [(name, difference, wrong)]


def _panel(item: Item, label: str, letters, difference, wrong, largest: float) -> list[str]:
    rows, columns = difference.shape
    shown_rows, shown_columns = min(rows, MOST), min(columns, MOST)
    down, across = (axis_word(item, letter) if letter else "" for letter in letters[-2:])
    parts = [
        f'<text x="{LEFT}" y="12">{escape(labelled(label, across))} →</text>',
        f'<text x="4" y="28">{escape(down)} ↓</text>' if down else "",
    ]
    for k in range(shown_columns):
        parts.append(
            f'<text x="{LEFT + (k + 0.5) * CELL_WIDTH}" y="28" text-anchor="middle">{k}</text>'
        )
    for r in range(shown_rows):
        y = TOP + r * CELL_HEIGHT
        if down:
            parts.append(f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{r}</text>')
        for k in range(shown_columns):
            parts.append(
                _cell(LEFT + k * CELL_WIDTH, y, float(difference[r, k]), bool(wrong[r, k]), largest)
            )
    return parts


def _cell(x: int, y: int, value: float, wrong: bool, largest: float) -> str:
    box = (
        f'<rect x="{x + 1}" y="{y + 1}" width="{CELL_WIDTH - 2}" height="{CELL_HEIGHT - 2}" rx="3" '
    )
    middle = f'x="{x + CELL_WIDTH / 2}" y="{y + 14}" text-anchor="middle" font-size="10"'
    if not wrong:
        return (
            f'{box}fill="none" stroke="currentColor" stroke-opacity="0.25"/>'
            f'<text {middle} fill-opacity="0.55">✓</text>'
        )
    strength = 0.18 + 0.5 * min(1.0, value / largest)
    return (
        f'{box}style="fill:var(--jp-error-color1,#d1492e)" fill-opacity="{strength:.2f}"/>'
        f"<text {middle}>{_short(value)}</text>"
    )


def _short(value: float) -> str:
    if value == float("inf"):
        return "NaN"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.2f}" if value >= 0.01 else f"{value:.0e}".replace("e-0", "e-")
