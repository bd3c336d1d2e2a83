# name: Siti Rahmawati
# language: id
# rest: solved
# about: right, one dictionary of gates
# %% gru_cell
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    dari_x = dict(zip("rzn", (x @ w_ih.T + b_ih).chunk(3, dim=1)))
    dari_h = dict(zip("rzn", (h @ w_hh.T + b_hh).chunk(3, dim=1)))
    r = torch.sigmoid(dari_x["r"] + dari_h["r"])
    z = torch.sigmoid(dari_x["z"] + dari_h["z"])
    n = torch.tanh(dari_x["n"] + r * dari_h["n"])
    return torch.lerp(n, h, z)
