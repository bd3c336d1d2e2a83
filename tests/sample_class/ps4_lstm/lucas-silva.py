# name: Lucas Silva
# language: en
# rest: solved
# about: right, but prints every tensor, and a lot outside the function too
# %% lstm_cell
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    z = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    print("z =", z)
    print("c =", c)
    i, f, g, o = z.chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    return (h if w_hr is None else h @ w_hr.T), c


for k in range(20000):
    print("debug", k, "-" * 60)
