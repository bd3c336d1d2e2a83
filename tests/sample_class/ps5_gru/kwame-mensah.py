# name: Kwame Mensah
# language: en
# rest: solved
# about: a bracket is missing in the cell
# %% gru_cell
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    s = (x @ w_ih.T + b_ih).chunk(3, dim=1)
    u = (h @ w_hh.T + b_hh.chunk(3, dim=1)
    r = torch.sigmoid(s[0] + u[0])
    z = torch.sigmoid(s[1] + u[1])
    n = torch.tanh(s[2] + r * u[2])
    return (1 - z) * n + z * h
