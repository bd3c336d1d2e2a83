# name: 陈杰
# language: zh_CN
# rest: solved
# about: stacks the gates i, f, o, g
# %% lstm_cell
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    z = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, o, g = z.chunk(4, 1)
    i, f, o = torch.sigmoid(i), torch.sigmoid(f), torch.sigmoid(o)
    g = torch.tanh(g)
    c = f * c + i * g
    h = o * torch.tanh(c)
    return (h if w_hr is None else h @ w_hr.T), c
