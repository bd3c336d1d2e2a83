# name: 王伟
# language: zh_CN
# rest: open
# about: not finished: one step only, and one of the two biases
# %% cell_backward
def rnn_cell_backward(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    da = grad_h_new * (1 - h_new * h_new)
    return da @ w_ih, da @ w_hh, da.T @ x, da.T @ h, da.sum(0), torch.zeros_like(b_hh)
