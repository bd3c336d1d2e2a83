# name: María González
# language: en
# rest: solved
# about: the gradient that z keeps is missing in the bonus; counts one bias only
# %% gru_backward
def gru_backward(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    hs = [h_0]
    for t in range(input.size(1)):
        hs.append(gru_cell(input[:, t], hs[-1], w_ih, w_hh, b_ih, b_hh))
    d_input = torch.zeros_like(input)
    dw_ih, dw_hh = torch.zeros_like(w_ih), torch.zeros_like(w_hh)
    db_ih, db_hh = torch.zeros_like(b_ih), torch.zeros_like(b_hh)
    dh = torch.zeros_like(h_0)
    for t in range(input.size(1) - 1, -1, -1):
        sr, sz, sn = (input[:, t] @ w_ih.T + b_ih).chunk(3, 1)
        ur, uz, un = (hs[t] @ w_hh.T + b_hh).chunk(3, 1)
        r, z = (sr + ur).sigmoid(), (sz + uz).sigmoid()
        n = (sn + r * un).tanh()
        dh = dh + grad_output[:, t]
        dsn = dh * (1 - z) * (1 - n**2)
        dsz = dh * (hs[t] - n) * z * (1 - z)
        dsr = dsn * un * r * (1 - r)
        ds = torch.cat((dsr, dsz, dsn), 1)
        du = torch.cat((dsr, dsz, dsn * r), 1)
        d_input[:, t] = ds @ w_ih
        dw_ih += ds.T @ input[:, t]
        dw_hh += du.T @ hs[t]
        db_ih += ds.sum(0)
        db_hh += du.sum(0)
        dh = du @ w_hh
    return d_input, dh, dw_ih, dw_hh, db_ih, db_hh
# %% gru_counts
def gru_counts(input_size, hidden_size):
    one = (input_size + hidden_size + 1) * hidden_size
    return 3 * one, 4 * one
