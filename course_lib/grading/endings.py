"""How the cells of a graded notebook ended that did not run to their end."""

from nbformat import NotebookNode

from course_lib.grading.reasons import brief, check_results, plain, said_where, seen_name

STOPPED, UNWRITTEN = "stopped", "unwritten"
FORBIDDEN = "forbidden-call"
_TOO_LONG = {"Timeout", "CellTimeoutError"}
_DIED = {"KernelDied", "DeadKernelError"}
# These came back, only not with what was asked for.
_RAN = ("returned", "not-a-module", FORBIDDEN)


def endings(notebook: NotebookNode) -> dict[str, str]:
    """How each graded cell ended whose code did not run: STOPPED or UNWRITTEN."""
    found = {}
    for cell in notebook.cells:
        name = cell.metadata.nbgrader.get("grade_id")
        if not name or not cell.metadata.nbgrader.get("grade"):
            continue
        if any(output.output_type == "error" for output in cell.outputs):
            found[name] = STOPPED
        for result in check_results(cell):
            for finding in result.get("findings", []):
                id = str(finding.get("id"))
                if finding.get("kind") == "error" and not id.startswith(_RAN):
                    found[name] = UNWRITTEN if id == "not-written" else STOPPED
    return found


def halted(notebook: NotebookNode) -> tuple[list[str], list[str]]:
    """The cells that ran too long, and those that ended the process that ran them."""
    late, dead = [], []
    for cell in notebook.cells:
        name = cell.metadata.nbgrader.get("grade_id") or seen_name(cell)
        names = {output.ename for output in cell.outputs if output.output_type == "error"}
        found = {
            finding.get("id")
            for result in check_results(cell)
            for finding in result.get("findings", [])
        }
        if names & _TOO_LONG or "time-is-up" in found:
            late.append(name)
        elif names & _DIED or found & {"ended-the-program", "process-died"}:
            dead.append(name)
    return late, dead


def refused(notebook: NotebookNode) -> dict[str, tuple[str, str]]:
    """The graded cells whose answer uses what is not allowed: what it is, and the line with it.

    Both in the language spoken now; the line is "" where it is not known.
    """
    found = {}
    for cell in notebook.cells:
        for result in check_results(cell):
            for finding in result.get("findings", []):
                if finding.get("id") == FORBIDDEN:
                    what = brief(str(result.get("item", "")), finding)
                    name = str(cell.metadata.nbgrader.get("grade_id", ""))
                    found[name] = plain(what), plain(said_where(finding))
    return found
