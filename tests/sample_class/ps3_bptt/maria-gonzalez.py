# name: María González
# language: en
# rest: solved
# about: index -1 at the first step, where h_0 belongs
# %% rnn_backward
def rnn_backward(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    T = input.shape[1]
    grad_input = torch.zeros_like(input)
    grad_w_ih, grad_w_hh = torch.zeros_like(w_ih), torch.zeros_like(w_hh)
    grad_b = torch.zeros_like(b_ih)
    dh = torch.zeros_like(h_0)
    for t in range(T - 1, -1, -1):
        da = (dh + grad_output[:, t]) * (1 - output[:, t] ** 2)
        grad_input[:, t] = da @ w_ih
        grad_w_ih += da.T @ input[:, t]
        grad_w_hh += da.T @ output[:, t - 1]
        grad_b += da.sum(0)
        dh = da @ w_hh
    return grad_input, dh, grad_w_ih, grad_w_hh, grad_b, grad_b
# %% vanishing
# The numbers get smaller with 0.5 and bigger with 1.2. Clipping makes big gradients small.
