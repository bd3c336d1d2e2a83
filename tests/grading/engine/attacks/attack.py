"""What an attack is: a wrong or absent answer, a trick, and what it is honestly worth."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Attack:
    """One hostile submission.

    ``answers`` are the sources of answer cells by name; the others stay as released. ``own`` are
    those of the student's own cells, above the first answer. ``honest`` are the points that the
    answers are worth without the trick, ``stock`` what nbgrader itself gives for the like, where
    that was measured. ``files`` lie beside the notebook. ``unread``: the trusted reading of the
    source, which refuses most tricks by itself, is switched off, so that what lies behind it is
    tried.
    """

    name: str
    route: str
    answers: dict[str, str]
    honest: float = 0.0
    stock: str = ""
    files: dict[str, str] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    unread: bool = False
    change: object = None  # ``change(notebook)``, for what is not in a cell's source
