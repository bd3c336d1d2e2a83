# name: Kwame Mensah
# language: en
# rest: solved
# about: no tanh around the cell state in h
# %% lstm_cell
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    h = o.sigmoid() * c
    if w_hr is not None:
        h = h @ w_hr.T
    return h, c
