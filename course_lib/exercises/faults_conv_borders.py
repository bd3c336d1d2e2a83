"""The zeros around the input of a convolution, with a switch for every known mistake."""

from torch import Tensor
from torch.nn.functional import pad


def around(on: frozenset[str], padding: int) -> tuple[int, int]:
    """How many zeros come before and after the numbers of an axis."""
    before = after = padding
    if "padding-ignored" in on:
        before = after = 0
    if "padding-before-only" in on:
        after = 0
    if "padding-after-only" in on:
        before = 0
    if "padding-twice" in on:
        before, after = 2 * before, 2 * after
    if "padding-halved" in on:
        before, after = before // 2, after - after // 2
    if "padding-one-more" in on and padding:
        before, after = before + 1, after + 1
    if "padding-one-less" in on and padding:
        before, after = before - 1, after - 1
    if "padding-one-too-many-after" in on and padding:
        after += 1
    return before, after


def padded(on: frozenset[str], x: Tensor, axes) -> Tensor:
    """x (B, C, H, W) with its border, for two axes that say what comes before and after."""
    height, width = axes
    if "padding-of-output" in on:
        return x
    if "crop-empty" in on:
        return filled_in(x, height, width)
    sizes = (width.before, width.after, height.before, height.after)
    for switch, mode in MODES.items():
        if switch in on and any(sizes):
            return pad(x, sizes, mode)
    return pad(x, sizes, value=1.0 if "padding-ones" in on else 0.0)


MODES = {
    "padding-replicate": "replicate",
    "padding-reflect": "reflect",
    "padding-circular": "circular",
}


def filled_in(x: Tensor, height, width) -> Tensor:
    """Zeros, into whose middle x is written: the slice that ends at -0 is empty."""
    batch, channels, rows, columns = x.shape
    shape = (rows + height.before + height.after, columns + width.before + width.after)
    out = x.new_zeros(batch, channels, *shape)
    down = slice(None) if rows == 1 else slice(height.before, -height.after)
    out[:, :, down, width.before : -width.after] = x
    return out
