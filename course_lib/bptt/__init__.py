"""Back-propagation through time, written by hand.

This package knows tensors only; the layers use it for their backward pass, so that a course
module trains as fast as its equations allow.
"""

from course_lib.bptt.gru import gru_backward
from course_lib.bptt.jacobian import jacobian_products, sequential_jacobian, step_jacobians
from course_lib.bptt.lstm import lstm_backward
from course_lib.bptt.rnn import rnn_backward
from course_lib.bptt.truncated import detached, truncated_rnn_backward

__all__ = [
    "detached",
    "gru_backward",
    "jacobian_products",
    "lstm_backward",
    "rnn_backward",
    "sequential_jacobian",
    "step_jacobians",
    "truncated_rnn_backward",
]
