# name: Ayu Kartika
# language: id
# rest: open
# about: half done: only the cell, without the projection and without b_hh
# %% lstm_cell
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    # proyeksi belum sempat
    i, f, g, o = (x @ w_ih.T + h @ w_hh.T + b_ih).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    return h, c
