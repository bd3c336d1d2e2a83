"""Data that ships with the course: moving digits and texts. Nothing is downloaded."""

from course_lib.data.moving_digits import digit_images, moving_digits
from course_lib.data.texts import TOY_CORPUS, Vocabulary, shifted_windows, tokens, udhr

__all__ = [
    "TOY_CORPUS",
    "Vocabulary",
    "digit_images",
    "moving_digits",
    "shifted_windows",
    "tokens",
    "udhr",
]
