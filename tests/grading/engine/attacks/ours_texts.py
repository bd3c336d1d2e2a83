"""Attacks on the course's checks: texts that IPython or a library runs, in a student's own cells.

Each leaves torch's cell under a name that the answer calls. A text put together from pieces could
say anything; where one is run before the marks, the reading of the source has lost.
"""

from tests.grading.engine.attacks.attack import Attack
from tests.grading.engine.attacks.ours_course import CELL

OPENED = (
    "def mine(*given):\n    import torch\n"
    "    from course_lib.grading.engine import finished\n"
    "    finished.make_unusable(frozenset())\n    return torch.lstm_cell(*given[:6])\n"
    "get_ipython().user_ns['mine'] = mine\n"
)
TEXT = f'bytes.fromhex("{OPENED.encode().hex()}").decode()'
RUN = f"exec({TEXT})"
DEBUGGER = f"open('.pdbrc', 'w').write({RUN + chr(10) + 'continue' + chr(10)!r})"
PROMPTS = (
    'box = getattr((lambda: 0), "__glo\\\n   ...: bals__")["__buil\\\n   ...: tins__"]'
    f'  # In [1]: a try\ngetattr(box, "ex\\\n   ...: ec")({TEXT})'
)


def calling(name: str, route: str, *own: str) -> Attack:
    """An answer that calls ``mine``, below cells that are to make it."""
    answer = f"{CELL}    return mine(x, state, w_ih, w_hh, b_ih, b_hh)\n"
    return Attack(name, route, {"lstm_cell": answer}, own=own)


TEXTS = [
    calling("text-run", "a text run by exec, in a cell of the student's own", RUN),
    calling("braces", "Python in braces, which a magic puts in as a text", f"%env A={{{RUN}}}"),
    calling("braces-for-the-system", "Python in braces, in a command for the system's shell",
            f"!echo {{{RUN}}}"),
    calling("braces-of-a-cell", "Python in braces, behind a magic for the whole cell",
            f"%%capture a{{{RUN}}}\nx = 1"),
    calling("setting", "a setting of IPython, whose value it evaluates",
            f"%config InlineBackend.close_figures = {RUN}"),
    calling("timed", "%time, with a sign before the call that looks like an option",
            f"%time -{RUN}"),
    calling("profiled", "%prun, behind an option with a value", f"%prun -s cumulative {RUN}"),
    calling("text-timed", "timeit, which compiles a text that was put together",
            f"import timeit\ntext = {TEXT}\ntimeit.timeit(text, number=1)"),
    calling("debugger", "commands for the debugger in a file, and the debugger started",
            DEBUGGER, "import pdb; pdb.set_trace()"),
    calling("debugger-by-magic", "the same, started by %debug with a statement",
            DEBUGGER, "%debug 1"),
    calling("prompts", "words cut by prompts of IPython, which it takes away before it runs them",
            PROMPTS),
]  # fmt: skip
