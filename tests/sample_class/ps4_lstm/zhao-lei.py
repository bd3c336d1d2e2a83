# name: 赵磊
# language: zh_CN
# rest: solved
# about: multiplies by the weights without transposing: shapes do not fit
# %% lstm_cell
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    z = x @ w_ih + b_ih + h @ w_hh + b_hh
    i, f, g, o = z.chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    if w_hr is not None:
        h = h @ w_hr
    return h, c
