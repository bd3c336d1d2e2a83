# name: Dewi Lestari
# language: id
# rest: solved
# about: carries the gradient back and still overwrites the sums
# %% mend_f
def mended_f(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    grad_input = torch.zeros_like(input)
    bawaan = torch.zeros_like(h_0)
    for t in reversed(range(input.shape[1])):
        sebelum = output[:, t - 1] if t > 0 else h_0
        d_a = (grad_output[:, t] + bawaan) * (1 - output[:, t] ** 2)
        grad_input[:, t] = d_a @ w_ih
        bawaan = d_a @ w_hh
        grad_w_ih = d_a.T @ input[:, t]
        grad_w_hh = d_a.T @ sebelum
        grad_b = d_a.sum(0)
    return grad_input, bawaan, grad_w_ih, grad_w_hh, grad_b, grad_b.clone()
