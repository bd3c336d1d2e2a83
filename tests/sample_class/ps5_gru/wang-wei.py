# name: 王伟
# language: zh_CN
# rest: solved
# about: reads the update gate first; all that builds on the cell is wrong with it
# %% gru_cell
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    zx, rx, nx = (x @ w_ih.T + b_ih).split(h.shape[1], dim=1)
    zh, rh, nh = (h @ w_hh.T + b_hh).split(h.shape[1], dim=1)
    z = torch.sigmoid(zx + zh)
    r = torch.sigmoid(rx + rh)
    n = torch.tanh(nx + r * nh)
    return (1 - z) * n + z * h
