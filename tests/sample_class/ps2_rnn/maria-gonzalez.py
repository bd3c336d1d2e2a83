# name: María González
# language: en
# rest: open
# about: not finished: cell and loop, and the given state is never used
# %% rnn_cell
def rnn_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
# %% rnn_forward
def rnn_forward(input, h_0, w_ih, w_hh, b_ih, b_hh):
    B, T, I = input.shape
    h = torch.zeros(B, w_hh.shape[0], dtype=input.dtype)
    output = []
    for t in range(T):
        h = rnn_cell(input[:, t], h, w_ih, w_hh, b_ih, b_hh)
        output.append(h)
    return torch.stack(output, dim=1), h
