# name: Siti Rahmawati
# language: id
# rest: solved
# about: right, the four gates in columns
# %% convlstm_cell
def convlstm_cell(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    tepi = (w_x.shape[-1] - 1) // 2
    gerbang = F.conv2d(x, w_x, b, padding=tepi) + F.conv2d(h, w_h, padding=tepi)
    i, f, g, o = gerbang.chunk(4, dim=1)
    i = torch.sigmoid(i + w_ci * c)
    f = torch.sigmoid(f + w_cf * c)
    g = torch.tanh(g)
    c = f * c + i * g
    o = torch.sigmoid(o + w_co * c)
    h = o * torch.tanh(c)
    return h, c
