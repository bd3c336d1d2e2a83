"""Cut STIX Two Math down to the signs a deep-learning course writes, as static/fonts/*.woff2.

    python book/web/make_math_font.py PATH/TO/stix-two-math-latin-400-normal.woff2

The input is the file of the npm package `@fontsource/stix-two-math` (SIL Open Font License 1.1,
see static/fonts/OFL.txt). The MATH table and the taller variants of brackets, sums, roots and
braces stay; alphabets that no formula here uses go.
"""

import sys
from pathlib import Path

from fontTools import subset

STATIC = Path(__file__).parent / "static" / "fonts"

# Ranges of Unicode, first and last included, and what a formula takes from them.
KEPT = [
    (0x0020, 0x007E),  # letters, digits, ordinary signs
    (0x00A0, 0x00FF),  # ± × · and accented letters inside \text
    (0x0300, 0x030C),  # combining accents
    (0x0391, 0x03F5),  # Greek
    (0x2010, 0x2044),  # dashes, dots, primes, ‖
    (0x2061, 0x2064),  # invisible operators
    (0x2070, 0x209C),  # superscripts and subscripts
    (0x2100, 0x214B),  # ℝ ℕ ℓ ℒ
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # operators: ∂ ∇ ∈ ∏ ∑ √ ∞ ≈ ≤ ⊙ ⊤
    (0x2308, 0x230B),  # floor and ceiling
    (0x239B, 0x23B9),  # pieces of tall brackets
    (0x23DC, 0x23E1),  # over- and underbrace
    (0x27E6, 0x27EF),  # ⟦ ⟨ ⟩ ⟧
    (0x27F0, 0x27FF),  # long arrows
    (0x2A00, 0x2A06),  # ⨀ ⨁ ⨂
    (0x1D400, 0x1D4CF),  # bold, italic, bold italic, script letters
    (0x1D538, 0x1D56B),  # double-struck letters
    (0x1D6A4, 0x1D7D7),  # bold and italic Greek, bold digits
    (0x1D7D8, 0x1D7E1),  # double-struck digits
]


def main(source: str) -> None:
    options = subset.Options(flavor="woff2", hinting=False, notdef_outline=True)
    options.layout_features = ["ssty", "dtls", "mark", "mkmk", "ccmp", "kern"]
    font = subset.load_font(source, options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for a, b in KEPT for code in range(a, b + 1)])
    cutter.subset(font)
    target = STATIC / "stix-two-math.woff2"
    subset.save_font(font, str(target), options)
    print(f"{target.name}: {target.stat().st_size // 1024} KiB, {font['maxp'].numGlyphs} glyphs")


if __name__ == "__main__":
    main(sys.argv[1])
