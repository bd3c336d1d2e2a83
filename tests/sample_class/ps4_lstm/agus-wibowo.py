# name: Agus Wibowo
# language: id
# rest: solved
# about: the candidate goes through a sigmoid
# %% lstm_cell
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    gates = torch.sigmoid(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
    i, f, g, o = gates.chunk(4, dim=1)
    c = f * c + i * g
    h = o * torch.tanh(c)
    if w_hr is not None:
        h = h @ w_hr.T
    return h, c
