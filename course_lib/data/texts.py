"""Texts for the language model: a toy corpus, and one real text in the course's three languages."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from course_lib.shapes import Shapes, at_least

FILES = Path(__file__).parent / "files"
LANGUAGES = ("en", "id", "zh_CN")
UNKNOWN = "<unk>"

TOY_CORPUS = (
    "saya pergi ke depok",
    "di depok makan sayuran",
    "dan buah nangka yang segar",
    "angin bertiup kencang",
    "tanda hujan akan turun di jalan margonda",
)


def udhr(language: str) -> str:
    """The Universal Declaration of Human Rights, a paragraph a line.

    Raises ValueError for a language other than "en", "id" and "zh_CN".
    """
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, got {language!r}")
    return (FILES / f"udhr_{language}.txt").read_text("utf-8")


def tokens(text: str, by: str = "word") -> list[str]:
    """Cut a text into words (at white space, lower case) or, ``by="character"``, characters.

    Chinese has no spaces between words: use characters. Raises ValueError for another ``by``.
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a str, got {type(text).__name__}")
    if by == "word":
        return text.lower().split()
    if by == "character":
        return [character for character in text if not character.isspace()]
    raise ValueError(f"by must be 'word' or 'character', got {by!r}")


class Vocabulary:
    """Tokens and their numbers, the most frequent first; equally frequent ones as they come.

    Number 0 is ``<unk>``, which stands for every token that was not seen.
    """

    def __init__(self, seen: Iterable[str]):
        if not isinstance(seen, Iterable):
            raise TypeError(f"seen must hold tokens, got {type(seen).__name__}")
        counts = Counter(seen)
        self.tokens = [UNKNOWN, *sorted(counts, key=counts.get, reverse=True)]
        self.numbers = {token: number for number, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, sequence: Sequence[str]) -> Tensor:
        """Numbers of the tokens: T tokens -> (T) int64."""
        if not isinstance(sequence, Iterable):
            raise TypeError(f"sequence must hold tokens, got {type(sequence).__name__}")
        return torch.tensor([self.numbers.get(token, 0) for token in sequence], dtype=torch.int64)

    def decode(self, numbers: Iterable[int]) -> list[str]:
        """Tokens of the numbers. Raises IndexError for a number outside the vocabulary."""
        if not isinstance(numbers, Iterable):
            raise TypeError(f"numbers must hold ints, got {type(numbers).__name__}")
        decoded = []
        for number in map(int, numbers):
            if not 0 <= number < len(self):
                raise IndexError(f"numbers must be from 0 to {len(self) - 1}, got {number}")
            decoded.append(self.tokens[number])
        return decoded


def shifted_windows(numbers: Tensor, length: int) -> tuple[Tensor, Tensor]:
    """All windows of a text, and the same windows one step later: what to read, what to predict.

    Shapes: numbers (N) -> inputs (N - length, length), targets (N - length, length).
    Raises ValueError if the text is not longer than a window.
    """
    Shapes(integers=True).expect("numbers", numbers, "N")
    if at_least("length", length, 1) >= len(numbers):
        raise ValueError(
            f"the text has {len(numbers)} tokens in numbers; length must be smaller, got {length}"
        )
    windows = numbers.unfold(0, length + 1, 1)
    return windows[:, :-1], windows[:, 1:]
