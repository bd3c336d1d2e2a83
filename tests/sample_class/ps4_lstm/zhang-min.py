# name: 张敏
# language: zh_CN
# rest: solved
# about: leaves out b_hh
# %% lstm_cell
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    z = torch.matmul(x, w_ih.T) + torch.matmul(h, w_hh.T) + b_ih
    i, f, g, o = torch.chunk(z, 4, dim=-1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    if w_hr is not None:
        h = torch.matmul(h, w_hr.T)
    return h, c
