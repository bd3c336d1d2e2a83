# name: Budi Santoso
# language: id
# rest: solved
# about: right, F.linear and a preallocated output
# %% lstm_cell
from torch.nn import functional as F


def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    i, f, g, o = (F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh)).chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    h = o.sigmoid() * c.tanh()
    return (h, c) if w_hr is None else (F.linear(h, w_hr), c)
# %% lstm_forward
def lstm_forward(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    B, T, I = input.shape
    H = w_ih.size(0) // 4
    P = w_hh.size(1)
    if initial_states is None:
        initial_states = (torch.zeros(B, P, dtype=input.dtype),
                          torch.zeros(B, H, dtype=input.dtype))
    h, c = initial_states
    output = torch.zeros(B, T, P, dtype=input.dtype)
    for t in range(T):
        h, c = lstm_cell(input[:, t, :], (h, c), w_ih, w_hh, b_ih, b_hh, w_hr)
        output[:, t] = h
    return output, (h, c)
