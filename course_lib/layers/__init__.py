"""Reference layers, from scratch: a cell, a forward function and a module for each.

Names, shapes, defaults and ``state_dict`` keys are those of ``torch.nn``.
"""

from course_lib.layers.convlstm import (
    ConvLSTM,
    ConvLSTMCell,
    EncoderForecaster,
    convlstm_cell,
    convlstm_forward,
)
from course_lib.layers.convolution import (
    Conv1d,
    Conv2d,
    Dense,
    LocallyConnected1d,
    conv1d,
    conv1d_loop,
    conv2d,
    parameter_counts,
    true_conv1d,
    true_conv2d,
)
from course_lib.layers.gru import GRU, gru_cell, gru_forward
from course_lib.layers.lstm import LSTM, lstm_cell, lstm_forward
from course_lib.layers.peephole import PeepholeLSTM, peephole_lstm_cell, peephole_lstm_forward
from course_lib.layers.rnn import RNN, rnn_cell, rnn_forward

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Conv1d",
    "Conv2d",
    "ConvLSTM",
    "ConvLSTMCell",
    "Dense",
    "EncoderForecaster",
    "LocallyConnected1d",
    "PeepholeLSTM",
    "conv1d",
    "conv1d_loop",
    "conv2d",
    "convlstm_cell",
    "convlstm_forward",
    "gru_cell",
    "gru_forward",
    "lstm_cell",
    "lstm_forward",
    "parameter_counts",
    "peephole_lstm_cell",
    "peephole_lstm_forward",
    "rnn_cell",
    "rnn_forward",
    "true_conv1d",
    "true_conv2d",
]
