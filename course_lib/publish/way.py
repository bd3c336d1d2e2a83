"""The way through the course: its chapters in order, what each of them stands on, and its exercise.

The one place that says so. The picture on the first page and the lines at the head and the foot of
each chapter are made from it and from ``_toc.yml``; tests hold the two together.
"""

from dataclasses import dataclass

from course_lib.i18n import N_


@dataclass(frozen=True)
class Chapter:
    """``page`` is below ``book/``; its last part is the chapter's label. ``needs`` are labels."""

    page: str
    name: str
    idea: str
    needs: tuple[str, ...] = ()
    exercise: str = ""

    @property
    def label(self) -> str:
        """The name by which other chapters refer to this one."""
        return self.page.rpartition("/")[2]

    @property
    def document(self) -> str:
        """The page as Sphinx calls it."""
        return f"book/{self.page}"


@dataclass(frozen=True)
class Part:
    """Some chapters with one idea, which ``mark`` draws in a square of 24."""

    key: str
    name: str
    mark: str
    chapters: tuple[Chapter, ...]


WAY = (
    Part(
        "convolution",
        N_("Convolution"),
        "M3 3h18v18H3zM3 9h18M3 15h18M9 3v18M15 3v18",
        (
            Chapter("convolution/convolution", N_("Convolution"), N_("share weights in space")),
            Chapter(
                "convolution/convcode",
                N_("Convolution in code"),
                N_("patches and one product"),
                ("convolution",),
                "ps1_convolution",
            ),
        ),
    ),
    Part(
        "recurrence",
        N_("Recurrence"),
        "M19.5 8A8.5 8.5 0 1 0 20.5 13M20 3.5V8.5H15",
        (
            Chapter("recurrence/rnn", N_("The RNN"), N_("share weights in time"), (), "ps2_rnn"),
            Chapter(
                "recurrence/language",
                N_("A language model"),
                N_("guess the next word"),
                ("rnn",),
            ),
            Chapter(
                "recurrence/bptt",
                N_("Back-propagation through time"),
                N_("gradients walk back"),
                ("rnn",),
                "ps3_bptt",
            ),
            Chapter(
                "recurrence/bidirectional",
                N_("Both directions"),
                N_("read from the end, too"),
                ("rnn",),
            ),
        ),
    ),
    Part(
        "gates",
        N_("Gates"),
        "M4 21V5M20 21V5M4 9h16M4 17h16M9.3 9v8M14.7 9v8",
        (
            Chapter("gates/lstm", N_("LSTM"), N_("a memory with gates"), ("rnn",), "ps4_lstm"),
            Chapter(
                "gates/remembers",
                N_("Why it remembers"),
                N_("gradients that survive"),
                ("bptt", "lstm"),
            ),
            Chapter("gates/lstmp", N_("LSTMP"), N_("a smaller hidden state"), ("lstm",)),
            Chapter("gates/gru", N_("GRU"), N_("two gates, not three"), ("lstm",), "ps5_gru"),
            Chapter("gates/peephole", N_("Peepholes"), N_("gates see the memory"), ("lstm",)),
        ),
    ),
    Part(
        "convlstm",
        N_("ConvLSTM"),
        "M4 22V3h16v19M4 9h16M4 15h16M9.3 3v12M14.7 3v12",
        (
            Chapter(
                "convlstm/convlstm",
                N_("The ConvLSTM cell"),
                N_("gates by convolution"),
                ("convcode", "lstm", "peephole"),
                "ps6_convlstm",
            ),
            Chapter(
                "convlstm/network",
                N_("The network"),
                N_("stack, encode, forecast"),
                ("convlstm",),
            ),
            Chapter(
                "convlstm/nowcasting",
                N_("Nowcasting"),
                N_("the next ten pictures"),
                ("network",),
            ),
        ),
    ),
    Part(
        "craft",
        N_("Craft"),
        "M14 6.5a4.5 4.5 0 0 1 6-4l-3 3 1.5 1.5 3-3a4.5 4.5 0 0 1-6 6L7 18.5a2.1 2.1 0 0 1-3-3z",
        (
            Chapter(
                "craft/matmul",
                N_("From loops to one matmul"),
                N_("the same numbers, sooner"),
                ("lstm",),
            ),
            Chapter(
                "craft/museum",
                N_("The bug museum"),
                N_("find the mistake"),
                ("lstm",),
                "ps7_debug",
            ),
        ),
    ),
)
CHAPTERS = tuple(chapter for part in WAY for chapter in part.chapters)
BY_LABEL = {chapter.label: chapter for chapter in CHAPTERS}
BY_DOCUMENT = {chapter.document: chapter for chapter in CHAPTERS}


def after(chapter: Chapter) -> Chapter | None:
    """The chapter that follows in the order of reading."""
    at = CHAPTERS.index(chapter) + 1
    return CHAPTERS[at] if at < len(CHAPTERS) else None


def opened_by(chapter: Chapter) -> list[Chapter]:
    """The chapters that stand on this one, in order."""
    return [other for other in CHAPTERS if chapter.label in other.needs]


def behind(chapter: Chapter) -> set[str]:
    """The labels of all the chapters that a reader of this one has read."""
    return {label for need in chapter.needs for label in (need, *behind(BY_LABEL[need]))}
