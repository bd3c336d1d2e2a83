"""A student's exception on its way from the process it was raised in to the one that explains it.

Only text travels. On the other side stands an exception of the same name with the same text; a
class that is not Python's own or the course's becomes one without any behaviour.
"""

import builtins
from functools import cache

from course_lib.exercises.spec import Unexpected
from course_lib.grading.forbidden import ForbiddenCall
from course_lib.grading.own_code import origin
from course_lib.grading.result import Finding
from course_lib.grading.time_limit import TimeIsUp
from course_lib.i18n import known_sentence
from course_lib.i18n.told import Told, recipe

LONGEST = 4000  # characters of an exception's text


def describe(error: BaseException) -> dict:
    """Plain data about an exception and the line of the student's code it comes from."""
    line, number, function = _try(lambda: origin(error), ("", 0, ""))
    told = {
        "type": type(error).__name__,
        "text": _try(lambda: str(error), "")[:LONGEST],
        "line": str(line)[:300],
        "number": int(number),
        "function": str(function)[:100],
        "bases": [base.__name__ for base in type(error).__mro__[:20]],
    }
    if isinstance(error, Unexpected):
        told["unexpected"] = {"kind": error.kind, "id": error.id, "made": recipe(error.text)}
    if isinstance(error, ForbiddenCall):
        told["forbidden"] = error.name
    return told


def rebuild(told: dict) -> BaseException:
    """The exception that ``describe`` told of. Raises TypeError or KeyError for other data."""
    text = _string(told["text"])
    bases = [_string(base) for base in told["bases"]]
    if "unexpected" in told:
        said = told["unexpected"]
        error = Unexpected(_string(said["kind"]), _string(said["id"]), retold(text, said["made"]))
    elif "forbidden" in told:
        error = ForbiddenCall(_string(told["forbidden"]))
    elif "TimeIsUp" in bases:
        error = TimeIsUp()
    else:
        error = _exception(_string(told["type"]), tuple(bases), text)
    error.course_origin = _string(told["line"]), int(told["number"]), _string(told["function"])
    return error


def tell(finding: Finding) -> dict:
    """Plain data about a finding."""
    texts = {key: getattr(finding, key) for key in ("what", "why", "look")}
    made = {key: recipe(text) for key, text in texts.items()}
    return {"kind": finding.kind, "id": finding.id, **texts, "made": made}


def finding_of(said: dict) -> Finding:
    """The finding that ``tell`` told of. Raises TypeError or KeyError for other data."""
    kind, id = _string(said["kind"]), _string(said["id"])
    texts = {k: retold(_string(said[k]), said["made"].get(k)) for k in ("what", "why", "look")}
    return Finding(kind, id, **texts)


def retold(text: str, made):
    """A sentence of the course with what it was made of, if it is one; else the bare text."""
    return Told(text, made) if _is_ours(made) else text


def _is_ours(made, depth: int = 5) -> bool:
    """Whether a recipe holds nothing but the course's own sentences: it will be formatted."""
    if isinstance(made, str | int | float):
        return True
    if not isinstance(made, dict) or not depth:
        return False
    if made.keys() <= {"say", "values"} and isinstance(made.get("say"), str):
        values = made.get("values", {})
        return (
            known_sentence(made["say"])
            and isinstance(values, dict)
            and all(_is_ours(value, depth - 1) for value in values.values())
        )
    if made.keys() == {"join", "parts"} and isinstance(made["join"], str):
        parts = made["parts"]
        return isinstance(parts, list) and all(_is_ours(part, depth - 1) for part in parts)
    return False


def _exception(name: str, bases: tuple[str, ...], text: str) -> BaseException:
    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, BaseException):
        try:
            error = kind(text)
            if str(error) == text:
                return error
        except TypeError:  # UnicodeDecodeError wants five arguments
            pass
        return _named(name, (kind.__name__,))(text)
    return _named(name, bases)(text)


@cache
def _named(name: str, bases: tuple[str, ...]) -> type:
    """A class of that name, derived from the first of ``bases`` that is Python's own."""
    found = (getattr(builtins, base, None) for base in bases)
    base = next(
        (b for b in found if isinstance(b, type) and issubclass(b, BaseException)), Exception
    )
    said = {"__init__": _keep, "__str__": lambda self: self.said, "said": ""}
    return type(name if name.isidentifier() else "Error", (base,), said)


def _keep(self, text: str) -> None:
    self.said = text


def _string(value) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value[:LONGEST]


def _try(call, otherwise):
    """What an exception says of itself is the student's code as well."""
    try:
        return call()
    except BaseException:
        return otherwise
