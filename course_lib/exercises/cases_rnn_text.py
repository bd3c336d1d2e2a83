"""The texts that the data part of the RNN assignment is checked with.

The first one is the toy corpus of the book; the others are drawn from its words, so that words
are equally frequent, appear twice in one sentence, begin with a capital letter, and end with a
comma.
"""

import torch

from course_lib.exercises.spec import Case

CORPUS = (
    "saya pergi ke depok",
    "di depok makan sayuran",
    "dan buah nangka yang segar",
    "angin bertiup kencang",
    "tanda hujan akan turun di jalan margonda",
)
LEXICON = tuple(dict.fromkeys(word for sentence in CORPUS for word in sentence.split()))
UNKNOWN = "<unk>"
ELSEWHERE = ("kopi", "Bandung", "kereta", "besok")  # words of no text


def draw_text(seed: int, count: int = 7) -> list[str]:
    """Sentences of two to six words, some of them capitalised, none of them empty."""
    generator = torch.Generator().manual_seed(seed)

    def below(n: int) -> int:
        return int(torch.randint(n, (), generator=generator))

    sentences = []
    for _k in range(count):
        # The smaller of two numbers is small more often: some words are frequent.
        words = [LEXICON[min(below(20), below(20))] for _i in range(2 + below(5))]
        capital = below(2)
        sentences.append(" ".join(w.capitalize() if capital and not i else w
                                  for i, w in enumerate(words)))  # fmt: skip
    sentences[1] = f"{LEXICON[-1]} {sentences[1]} {LEXICON[-1]}"  # twice in one sentence only
    sentences[2] = f"{sentences[2]} {LEXICON[3]}, {LEXICON[-2]}"  # the comma is of the word
    sentences[3] = f"{sentences[3]} {LEXICON[-2].upper()}"  # as often, in two sentences
    return sentences


def vocabulary_cases(role: str, seed: int) -> list[Case]:
    """Cases of ``build_vocabulary``: ordinary, blanks."""

    def case(name, sentences):
        return Case(f"{role}-{name}-{seed}", {}, {}, {"sentences": list(sentences)})

    drawn = [draw_text(100 * seed + k) for k in range(3)]
    if role == "blanks":
        spaced = [drawn[0][0], f"  {drawn[0][1].replace(' ', '   ')} ", "", drawn[0][2], "   "]
        return [case("blanks", spaced), case("one", drawn[1][:1])]
    if role in ("fresh", "fresh32"):
        return [case(str(k), text) for k, text in enumerate(drawn)]
    if role == "ordinary":
        first = CORPUS if seed == 0 else drawn[1]
        return [case("a", first), case("b", drawn[0])]
    return [case("short", drawn[2][:3])]


def right_vocabulary(sentences) -> list[str]:
    """The words by frequency, counted one by one; the oracle of ``build_vocabulary``."""
    words = [word for sentence in sentences for word in sentence.lower().split()]
    order = sorted(set(words), key=lambda word: (-words.count(word), words.index(word)))
    return [UNKNOWN, *order]


def encode_cases(role: str, seed: int) -> list[Case]:
    """Cases of ``encode``: ordinary, unknown, empty."""

    def case(name, sentence, text):
        options = {"sentence": sentence, "vocabulary": right_vocabulary(text)}
        return Case(f"{role}-{name}-{seed}", {"T": len(sentence.split())}, {}, options)

    drawn = [draw_text(100 * seed + 50 + k) for k in range(3)]
    if role == "empty":
        return [case("empty", "", drawn[0]), case("one", drawn[0][1].split()[0], drawn[0])]
    if role == "unknown":
        sentences = [text[0].split() for text in drawn[:2]]
        return [
            case("middle", " ".join([sentences[0][0], ELSEWHERE[0], *sentences[0][1:],
                                     ELSEWHERE[1], sentences[0][0]]), drawn[0]),
            case("only", " ".join(ELSEWHERE[1:]), drawn[1]),
        ]  # fmt: skip
    if role in ("fresh", "fresh32"):
        return [case(str(k), " ".join(text), text) for k, text in enumerate(drawn)]
    if role == "ordinary":
        first = ("saya pergi", CORPUS) if seed == 0 else (" ".join(drawn[1][:2]), drawn[1])
        return [case("a", *first), case("b", " ".join(drawn[0][1:4]), drawn[0])]
    return [case("short", drawn[2][0], drawn[2])]


def windows_cases(role: str, seed: int) -> list[Case]:
    """Cases of ``shifted_windows``: ordinary, ones."""
    generator = torch.Generator().manual_seed(1000 + seed)
    texts = [(13, 4), (19, 5), (11, 3)] if seed == 0 else _drawn_sizes(generator)

    def case(name, size, length, straight=False):
        numbers = _numbers(generator, size, straight)
        sizes = {"N": size, "T": length, "W": size - length}
        return Case(f"{role}-{name}-{seed}", sizes, {"numbers": numbers}, {"length": length})

    if role == "ones":
        (size, length), *_rest = texts
        return [case("W", length + 1, length), case("T", size, 1), case("both", 2, 1)]
    if role in ("fresh", "fresh32"):
        return [case(str(k), *text) for k, text in enumerate(texts)]
    if role == "ordinary":
        return [case("a", *texts[0], straight=True), case("b", *texts[1])]
    return [case("short", 7, 3)]


def batches_cases(role: str, seed: int) -> list[Case]:
    """Cases of ``stateful_batches``: ordinary, edges."""
    generator = torch.Generator().manual_seed(2000 + seed)
    # The number of words, rows and steps. A rest in the rows and in the text; none; as many words
    # as rows times a number, so that the last target tells where a row ends.
    texts = [(50, 3, 5), (48, 2, 4), (57, 4, 7), (45, 5, 2)]
    if seed:
        shift = int(torch.randint(0, 3, (), generator=generator))
        texts = texts[shift:] + texts[:shift]

    def case(name, size, rows, length, straight=False):
        numbers = _numbers(generator, size, straight)
        sizes = {"N": size, "B": rows, "T": length, "K": (size - 1) // rows // length}
        options = {"batch_size": rows, "length": length}
        return Case(f"{role}-{name}-{seed}", sizes, {"numbers": numbers}, options)

    if role == "edges":
        return [
            case("fits", 61, 4, 5), case("one-row", 23, 1, 6), case("one-step", 17, 3, 1),
            case("one-batch", 12, 2, 5),
        ]  # fmt: skip
    if role in ("fresh", "fresh32"):
        return [case(str(k), *text) for k, text in enumerate(texts)]
    if role == "ordinary":
        return [case("a", *texts[0], straight=True), *(case(f"b{k}", *t) for k, t in
                                                        enumerate(texts[1:]))]  # fmt: skip
    return [case("short", 20, 3, 2)]


def _numbers(generator, size: int, straight: bool):
    """Word numbers, all different: in order, where it is good to see a place, or shuffled."""
    return torch.arange(size) if straight else torch.randperm(3 * size, generator=generator)[:size]


def _drawn_sizes(generator) -> list[tuple[int, int]]:
    sizes = torch.randperm(12, generator=generator)[:3] + 9
    return [(int(size), length) for size, length in zip(sizes, (4, 6, 3), strict=True)]
