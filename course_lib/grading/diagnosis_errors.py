"""Code that raises: what it means, in words, with the letters of the shapes."""

import re

from course_lib.grading.candidate import ProcessDied
from course_lib.grading.exam import ONE_CALL, Exam, Failure, Outcome
from course_lib.grading.forbidden import ForbiddenCall, refused_text
from course_lib.grading.phrases import sentences
from course_lib.grading.result import Finding
from course_lib.grading.returned import Unexpected
from course_lib.grading.time_limit import TimeIsUp
from course_lib.grading.words import lettered, section, sentence
from course_lib.i18n import _

_MATMUL = re.compile(r"cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)")
_BROADCAST = re.compile(r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)")


def certain(exam: Exam, failure: Failure) -> Finding | None:
    """Failures that say themselves what they are."""
    error, name = failure.error, exam.item.name
    if isinstance(error, NotImplementedError):
        text = _("{name} is not written yet.").format(name=name)
        return Finding("error", "not-written", text)
    if isinstance(error, TimeIsUp):
        text = _("{name} did not come back within {seconds} seconds, so it was stopped.")
        why = _("Is there a loop that never ends?")
        text = text.format(name=name, seconds=int(ONE_CALL))
        return Finding("error", "time-is-up", text, why, where=line_of(failure))
    if isinstance(error, ProcessDied):
        text = _("{name} ended the process that ran it.").format(name=name)
        why = _("Did it use up the memory, call itself without end, or end the program?")
        return Finding("error", "process-died", text, why)
    if isinstance(error, ForbiddenCall):
        look = section(f"{exam.item.chapter}-scratch")
        return Finding("error", "forbidden-call", refused_text(f"torch.{error.name}"), look=look)
    if isinstance(error, Unexpected):
        number = exam.item.sentence if error.id.startswith("returned") else None
        return Finding(error.kind, error.id, error.text, look=sentence(number))
    if isinstance(error, KeyboardInterrupt):
        text = _("The check was interrupted while {name} was running.").format(name=name)
        why = _("Run it again; it stops by itself when a call takes too long.")
        return Finding("error", "interrupted", text, why, where=line_of(failure))
    if isinstance(error, SystemExit):
        text = _("{name} ended the program ({error}). It should only compute and return.")
        text = text.format(name=name, error=type(error).__name__)
        return Finding("error", "ended-the-program", text, where=line_of(failure))
    return None


def explained(exam: Exam, outcome: Outcome) -> Finding:
    """Any other exception: its own words, and what the shapes mean in letters."""
    failure = outcome.answer
    error = failure.error
    text = _shortened(failure.text).strip()
    said = _("{name} stopped with {type}: {text}") if text else _("{name} stopped with {type}.")
    what = said.format(name=exam.item.name, type=type(error).__name__, text=stopped(text))
    return Finding(
        "error", error_id(error), what, _meaning(failure, outcome.case), where=line_of(failure)
    )


def stopped(text: str) -> str:
    """The end of somebody else's sentence, so that ours does not run into it."""
    text = text.rstrip(" :")
    return text if text.endswith((".", "!", "?", "。")) else f"{text}."


def error_id(error: BaseException) -> str:
    if _MATMUL.search(str(error)):
        return "shapes-in-matmul"
    if _BROADCAST.search(str(error)):
        return "shapes-in-elementwise"
    return f"raises-{type(error).__name__}"


def _meaning(failure: Failure, case) -> str:
    error, text = failure.error, failure.text
    matmul = _MATMUL.search(text)
    if matmul:
        a, b, c, d = map(int, matmul.groups())
        values = {"left": lettered((a, b), case), "right": lettered((c, d), case)}
        said = _("A matrix of shape {left} is multiplied by one of shape {right}.").format(**values)
        if b == d:
            return sentences(said, _("The inner sizes must agree: is one of them transposed?"))
        if (a, b) == (c, d):
            return sentences(said, _("Two of the same shape: should this act element by element?"))
        return sentences(said, _("The inner sizes must agree."))
    broadcast = _BROADCAST.search(text)
    if broadcast:
        values = dict(
            zip(
                ("a", "b"),
                (lettered((int(n),), case)[1:-1] for n in broadcast.groups()),
                strict=True,
            )
        )
        return _("Element by element, an axis of size {a} meets one of size {b}.").format(**values)
    if isinstance(error, TypeError) and "NoneType" in text:
        return _("Something is None where a value was expected.")
    if isinstance(error, NameError):
        return _("A name is used that has no value here: is it spelled the same everywhere?")
    if "before Module.__init__() call" in text:
        return _("The first line of __init__ should call the __init__ of nn.Module.")
    if "dtype" in text:
        return _("Two tensors of different types meet: is one of them made with a fixed type?")
    if "in-place" in text:
        return _("A tensor that needs gradients is changed in place.")
    return ""


def line_of(failure: Failure) -> str:
    if not failure.line:
        return ""
    said = {"number": failure.number, "line": failure.line[:120], "function": failure.function}
    if failure.function in ("", "<module>", "<lambda>"):
        return _("In your line {number}: {line}").format(**said)
    return _("In your line {number}, in {function}: {line}").format(**said)


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else text[:297] + "..."
