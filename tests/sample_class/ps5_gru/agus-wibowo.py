# name: Agus Wibowo
# language: id
# rest: solved
# about: two mistakes in the cell: candidate through a sigmoid, old state not weighted
# %% gru_cell
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    sr, sz, sn = (x @ w_ih.T + b_ih).chunk(3, 1)
    ur, uz, un = (h @ w_hh.T + b_hh).chunk(3, 1)
    r, z = torch.sigmoid(sr + ur), torch.sigmoid(sz + uz)
    n = torch.sigmoid(sn + r * un)
    return (1 - z) * n + h
