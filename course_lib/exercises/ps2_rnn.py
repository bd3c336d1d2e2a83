"""Assignment ps2_rnn: an RNN cell, loop and module, both directions, and a language model.

The oracle of the recurrent parts is torch: ``nn.RNN`` with its weights set.
"""

from course_lib.exercises.items_rnn import RECURRENT
from course_lib.exercises.items_rnn_text import TEXT
from course_lib.exercises.spec import Assignment
from course_lib.i18n import N_

ASSIGNMENT = Assignment(
    id="ps2_rnn",
    title=N_("RNN from scratch"),
    minutes=300,
    read_first=("rnn", "language", "bidirectional"),
    items=(*RECURRENT, *TEXT),
)
