"""nbgrader for this course: ``course grade`` and nbgrader's own commands read the same file.

``nbgrader autograde ps4_lstm``, ``nbgrader generate_feedback ps4_lstm`` and the formgrader in
JupyterLab work with it from this folder. COURSE_DB_URL names a gradebook that graders on several
machines share, postgresql://user@host/name; without it, it is a file in this folder.
"""

import os
from pathlib import Path

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    IgnorePattern,
    LimitOutput,
)

from course_lib.grading import formgrader
from course_lib.grading.engine.nbgrader_step import ExecuteShutIn
from course_lib.grading.engine.own_steps import SaveKindly
from course_lib.grading.feedback import FEEDBACK_STEPS, FeedbackExporter

root = Path(__file__).resolve().parent

c = get_config()  # noqa: F821  (nbgrader puts it here)

# Which folder plays which part in nbgrader's round.
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = str(Path("exercises", "en"))
c.CourseDirectory.submitted_directory = "submitted"
c.CourseDirectory.autograded_directory = "autograded"
c.CourseDirectory.feedback_directory = "feedback"
# Who finds the file locked waits up to a minute for its turn.
c.CourseDirectory.db_url = os.environ.get("COURSE_DB_URL") or (
    f"sqlite:///{(root / 'gradebook.db').as_posix()}?timeout=60"
)

# The sources in solutions/ hold the answers: they are never copied beside a release or a
# submission, and neither are editors' left-overs.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "__pycache__",
    "*.pyc",
    "*.md",
    "*.po",
    "*.bak",
    "*~",
    ".DS_Store",
    "feedback",
]

# A test cell that a student deleted comes back before grading.
c.OverwriteCells.add_missing_cells = True

# One cell may run this long; a check stops a call that hangs much earlier, by itself.
c.Execute.timeout = 30
c.Execute.startup_timeout = 120
c.Execute.iopub_timeout = 30
c.Execute.shutdown_kernel = "immediate"
c.LimitOutput.max_lines = 200
c.LimitOutput.max_traceback = 40

# Students' code runs shut in, and what it does to its process costs the cell that did it, not the
# submission; text on stderr costs no points. With nbgrader's own Execute and SaveAutoGrades in
# their places, grading is nbgrader's again.
c.Autograde.autograde_preprocessors = [
    ExecuteShutIn,
    IgnorePattern,
    ClearMetadataPreprocessor,
    LimitOutput,
    SaveKindly,
    AssignLatePenalties,
    CheckCellMetadata,
]

# Feedback pages without the hidden tests, in the student's language, readable without a network.
c.GenerateFeedback.preprocessors = FEEDBACK_STEPS
c.GenerateFeedback.exporter_class = FeedbackExporter

# Formgrader's page of a submission: formulas without a script from another host.
c.HTMLExporter.extra_template_basedirs = formgrader.TEMPLATES
c.HTMLExporter.filters = formgrader.FILTERS

# Of the exchange (docs/grading.md): nobody hands in under another's name, nor a link to what is not
# theirs, and who renamed a notebook finds its feedback. By name: grading does not wait for it.
c.ExchangeFactory.collect = "course_lib.grading.exchange.CollectOwnWork"
c.ExchangeFactory.release_feedback = "course_lib.grading.exchange.ReleaseFeedbackByName"
