"""Assignment ps2_rnn: an RNN cell, loop and module, both directions, and a language model."""

from course_lib.exercises.items_rnn import RECURRENT
from course_lib.exercises.items_rnn_text import TEXT
from course_lib.exercises.items_rnn_training import LEARNED
from course_lib.exercises.spec import Assignment, Written
from course_lib.i18n import N_

ASSIGNMENT = Assignment(
    id="ps2_rnn",
    title=N_("RNN from scratch"),
    minutes=360,
    read_first=("rnn", "language", "bidirectional"),
    items=(*RECURRENT, *TEXT, *LEARNED),
    written=(Written("question_detach", N_("What is carried, and what is cut"), 4),),
)
