# name: 周鑫
# language: zh_CN
# rest: open
# about: not finished: only the cell and the loop
# %% gru_cell
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    x_r, x_z, x_n = torch.chunk(x @ w_ih.t() + b_ih, 3, 1)
    h_r, h_z, h_n = torch.chunk(h @ w_hh.t() + b_hh, 3, 1)
    r = torch.sigmoid(x_r + h_r)
    z = torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * h_n)
    return n + z * (h - n)
# %% gru_forward
def gru_forward(input, h_0, w_ih, w_hh, b_ih, b_hh):
    h = torch.zeros(input.shape[0], w_hh.shape[1]) if h_0 is None else h_0
    out = []
    for t in range(input.shape[1]):
        h = gru_cell(input[:, t], h, w_ih, w_hh, b_ih, b_hh)
        out.append(h)
    return torch.stack(out), h
