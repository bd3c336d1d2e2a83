"""The recurrent modules beside torch's, made from the same seed."""

import warnings

import torch
from torch import nn

from course_lib.layers import GRU, LSTM, RNN

B, T, I, H, P = 3, 6, 4, 5, 2

KINDS = {
    "RNN tanh": (RNN, nn.RNN, {}),
    "RNN relu": (RNN, nn.RNN, {"nonlinearity": "relu"}),
    "LSTM": (LSTM, nn.LSTM, {}),
    "LSTMP": (LSTM, nn.LSTM, {"proj_size": P}),
    "GRU": (GRU, nn.GRU, {}),
}


def pair(kind, **options):
    """Ours and torch's, made from the same seed; torch's warning about oneDNN is not ours."""
    ours, theirs, extra = KINDS[kind]
    modules = []
    for cls in (ours, theirs):
        torch.manual_seed(1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            modules.append(cls(I, H, **extra, **options))
    return modules


def states_for(module, batch, given, dtype):
    """Random initial states that ask for gradients, or None."""
    if not given:
        return None
    rows = module.num_layers * (2 if module.bidirectional else 1)
    h = torch.randn(rows, batch, module.proj_size or H, dtype=dtype, requires_grad=True)
    c = torch.randn(rows, batch, H, dtype=dtype, requires_grad=True)
    return (h, c) if isinstance(module, LSTM | nn.LSTM) else h


def flat(result):
    """(output, states) as one list of tensors."""
    output, states = result
    return [output, *(states if isinstance(states, tuple) else [states])]
