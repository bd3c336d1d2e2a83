"""Pictures in fewer bytes, the same to the last pixel."""

import io
import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from course_lib.files import all_or_nothing


@dataclass(frozen=True)
class Picture:
    """The name under which a picture is published, and its size in pixels."""

    name: str
    width: int
    height: int


def publish(png: Path, kept: Path) -> Picture:
    """Put a WebP without loss beside the PNG, in its place if it is smaller.

    Encoding takes a while, so what was encoded once is kept in the folder ``kept``.
    """
    from PIL import Image

    content = png.read_bytes()
    digest = sha256(content).hexdigest()[:20]
    with Image.open(io.BytesIO(content)) as picture:
        size = picture.size
        made = kept / f"{digest}.webp"
        if not made.is_file():
            with all_or_nothing(made) as new:
                picture.save(new, "webp", lossless=True, method=4, exact=True)
    if made.stat().st_size < len(content):
        target = png.with_name(f"{digest}.webp")
        shutil.copyfile(made, target)
    else:
        target = png.with_name(f"{digest}.png")
        target.write_bytes(content)
    if target != png:
        png.unlink()
    return Picture(target.name, *size)
