# name: 王伟
# language: zh_CN
# rest: solved
# about: right, one product of the concatenated input and state
# %% lstm_cell
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    xh = torch.cat([x, h], dim=1)                 # 拼接输入和隐藏状态
    w = torch.cat([w_ih, w_hh], dim=1)
    z = xh @ w.t() + (b_ih + b_hh)
    n = z.shape[1] // 4
    i = torch.sigmoid(z[:, 0 * n:1 * n])
    f = torch.sigmoid(z[:, 1 * n:2 * n])
    g = torch.tanh(z[:, 2 * n:3 * n])
    o = torch.sigmoid(z[:, 3 * n:4 * n])
    c = torch.mul(f, c) + torch.mul(i, g)
    h = torch.mul(o, torch.tanh(c))
    return (h if w_hr is None else torch.mm(h, w_hr.t())), c
