# name: Putri Anggraini
# language: id
# rest: solved
# about: lets autograd compute the sequential Jacobian
# %% jacobian
def sequential_jacobian(output, w_ih, w_hh):
    B, T, H = output.shape
    norms = output.new_zeros(B, T, T)
    for t in range(T):
        for s in range(t + 1):
            x = torch.zeros(B, w_ih.shape[1], requires_grad=True)
            h = output[:, s] + (1 - output[:, s] ** 2) * (x @ w_ih.T)
            for j in range(s + 1, t + 1):
                h = (1 - output[:, j] ** 2) * (h @ w_hh.T)
            rows = [torch.autograd.grad(h[:, a].sum(), x, retain_graph=True)[0] for a in range(H)]
            norms[:, t, s] = torch.stack(rows).square().sum((0, 2)).sqrt()
    return norms
