# name: 马超
# language: zh_CN
# rest: solved
# about: right, but writes to stderr and warns in every step
# %% lstm_cell
import sys
import warnings


def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    print("step", tuple(x.shape), file=sys.stderr)
    warnings.warn("w_hr 还没有测试过", stacklevel=2)
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    if w_hr is not None:
        h = h @ w_hr.T
    return h, c
