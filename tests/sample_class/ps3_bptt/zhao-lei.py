# name: 赵磊
# language: zh_CN
# rest: solved
# about: takes the tanh of the state once more in the derivative
# %% cell_backward
def rnn_cell_backward(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    delta = grad_h_new * (1 - torch.tanh(h_new) ** 2)
    db = delta.sum(0)
    return delta @ w_ih, delta @ w_hh, delta.T @ x, delta.T @ h, db, db
