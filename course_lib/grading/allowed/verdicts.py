"""Whether a path, for an item with these forbidden names, is allowed."""

import sys
from functools import lru_cache

from course_lib.grading.allowed import lists
from course_lib.grading.allowed.chains import ANY, Mention
from course_lib.grading.allowed.paths import GUARDED, canonical, is_module, real_name


def of_use(path: str, names: frozenset[str]) -> str:
    """The kind of refusal for an answer that reaches this path; "" when it is allowed."""
    path = canonical(path)
    root = path.split(".")[0]
    if root == "course_lib":
        return "" if _of_the_release(path) else "course"
    if not names:
        return ""
    if root == "torch" or ".torch." in path:
        return _of_torch(path, names)
    if root not in sys.stdlib_module_names and root not in lists.KNOWN_PACKAGES:
        return "unread"
    return ""


def _of_the_release(path: str) -> bool:
    above = any(allowed.startswith(f"{path}.") for allowed in lists.OF_THE_COURSE)
    return above or any(f"{path}.".startswith(f"{name}.") for name in lists.OF_THE_COURSE)


@lru_cache(maxsize=20_000)
def _of_torch(path: str, names: frozenset[str]) -> str:
    parts = path.split(".")[1:]
    if is_module(path) and not any(part.startswith("_") for part in parts):
        return ""
    families = [pattern for some, pattern in lists.FAMILIES if some & names]
    pairs = {f"{a}.{b}" for a, b in zip(["torch", *parts], parts, strict=False)}
    for part in (*parts, real_name(path)):
        module = part == "linear" and f"torch.nn.modules.{part}" in path
        if part and not module and (part in names or any(f.search(part) for f in families)):
            return "finished"
    if pairs & names:
        return "finished"
    if any(path == one or path.startswith(f"{one}.") for one in lists.FROM_ELSEWHERE):
        return "unread"
    if any(part.startswith("_") and part not in lists.HARMLESS_PRIVATE
           and not part.startswith("__") for part in parts):  # fmt: skip
        return "unread"
    return ""


def on_anything(attr: str, names: frozenset[str]) -> bool:
    return lists.OF_A_TENSOR.get(attr) in names


def hides(path: str, mention: Mention | None = None, kept: bool = False) -> bool:
    """Whether anything can be done through it to what comes after."""
    path = canonical(path)
    if mention and mention.role == "changed":
        return not any(f"{path}.".startswith(one) for one in lists.TO_BE_SET) and _changes(path)
    unknown = kept or (mention is not None and mention.role == "options")
    if lists.HIDING.match(path) or (unknown and path in lists.LOADS):
        return True
    parts = path.split(".")
    if parts[0] not in GUARDED:
        return False
    if ANY in parts or {"__dict__", "__getattr__", "__torch_function__"} & set(parts):
        return parts[0] != "os"
    return kept and parts[0] != "os" and is_module(path)


def _changes(path: str) -> bool:
    """``torch.tanh = ...`` and ``json.loads = ...``, but not ``os.environ["A"] = ...``."""
    root, *rest = path.split(".")
    return bool(rest) and (root in GUARDED - {"os"} or "[]" not in rest)
