# name: 张敏
# language: zh_CN
# rest: solved
# about: w_hh is square, so the missing transpose goes unnoticed
# %% rnn_cell
def rnn_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(torch.matmul(x, w_ih.T) + b_ih + torch.matmul(h, w_hh) + b_hh)
