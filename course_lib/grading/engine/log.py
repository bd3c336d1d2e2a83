"""nbgrader's messages, kept instead of printed over a progress bar."""

import logging


class QuietLog(logging.Logger):
    """A logger whose messages wait in ``lines`` until somebody takes them."""

    def __init__(self) -> None:
        super().__init__("course.grading", logging.INFO)
        self.lines: list[str] = []
        handler = logging.Handler()
        handler.emit = lambda record: self.lines.append(record.getMessage())
        self.addHandler(handler)

    def text(self) -> str:
        return "\n".join(self.lines)

    def take(self) -> tuple[str, ...]:
        """The messages since the last call."""
        taken, self.lines[:] = tuple(self.lines), []
        return taken


def quiet_log() -> QuietLog:
    return QuietLog()
