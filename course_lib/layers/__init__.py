"""Reference layers, from scratch: a cell, a forward function and a module for each.

Names, shapes, defaults and ``state_dict`` keys are those of ``torch.nn``.
"""

from course_lib.layers.lstm import LSTM, lstm_cell, lstm_forward
from course_lib.layers.rnn import RNN, rnn_cell, rnn_forward

__all__ = ["LSTM", "RNN", "lstm_cell", "lstm_forward", "rnn_cell", "rnn_forward"]
