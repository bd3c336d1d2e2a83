# name: Dewi Lestari
# language: id
# rest: solved
# about: two mistakes in truncation: one step too many, and gradients of the weights transposed
# %% truncated
def rnn_backward_truncated(
    grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k
):
    states = torch.cat([h_0.unsqueeze(1), output], dim=1)
    grad_input = torch.zeros_like(input)
    grad_h_0 = torch.zeros_like(h_0)
    grad_w_ih, grad_w_hh = torch.zeros_like(w_ih), torch.zeros_like(w_hh)
    grad_b = torch.zeros_like(b_ih)
    for t in range(input.shape[1]):
        dh = grad_output[:, t]
        for j in range(t, max(-1, t - k - 1), -1):
            da = dh * (1 - output[:, j] ** 2)
            grad_input[:, j] += da @ w_ih
            grad_w_ih += da.T @ input[:, j]
            grad_w_hh += states[:, j].T @ da
            grad_b += da.sum(0)
            dh = da @ w_hh
        if t - k <= 0:
            grad_h_0 += dh
    return grad_input, grad_h_0, grad_w_ih, grad_w_hh, grad_b, grad_b
