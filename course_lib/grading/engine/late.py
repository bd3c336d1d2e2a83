"""What handing in late costs: nbgrader's step, with the course's plugin, asked for one mark."""

from types import SimpleNamespace

from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties


class Lateness:
    """The penalty that nbgrader's ``AssignLatePenalties`` would assign, as a number."""

    def __init__(self, step: AssignLatePenalties) -> None:
        self._step = step

    @property
    def asks_own_plugin(self) -> bool:
        """Whether an instructor's plugin decides: it may be slow, and open the gradebook."""
        return self._step.plugin_class is not LateSubmissionPlugin

    def penalty(self, student: str, score: float, seconds_late: float) -> float | None:
        """Between 0 and ``score``; None for none."""
        if not seconds_late:
            return None
        self._step.init_plugin()
        plugin = self._step.plugin_inst
        penalty = plugin.late_submission_penalty(student, score, seconds_late)
        self._step.log.warning("%s is %s seconds late, penalty: %s", student, seconds_late, penalty)
        if penalty is None:
            return None
        return self._step._check_late_penalty(SimpleNamespace(score=score), penalty)
