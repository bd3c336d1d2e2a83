# name: Emma Johansson
# language: en
# rest: solved
# about: right, einsum and a dictionary of gates
# %% lstm_cell
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    act = {"i": torch.sigmoid, "f": torch.sigmoid,
           "g": torch.tanh, "o": torch.sigmoid}
    gates = {}
    for k, name in enumerate("ifgo"):
        size = w_ih.shape[0] // 4
        rows = slice(k * size, (k + 1) * size)
        a = torch.einsum("bi,hi->bh", x, w_ih[rows]) + b_ih[rows]
        a = a + torch.einsum("bj,hj->bh", h, w_hh[rows]) + b_hh[rows]
        gates[name] = act[name](a)
    c = gates["f"] * c + gates["i"] * gates["g"]
    h = gates["o"] * c.tanh()
    if w_hr is not None:
        h = torch.einsum("bh,ph->bp", h, w_hr)
    return h, c
# %% forget_gate_of_one
# The cell keeps its value, and the gradient is multiplied by 1 all the way, so it arrives whole.
# With 0.9 it shrinks.
