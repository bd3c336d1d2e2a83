# name: Budi Santoso
# language: id
# rest: solved
# about: two mistakes: the bias is never added, and the candidate has no tanh
# %% convlstm_cell
def convlstm_cell(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    pad = w_x.size(-1) // 2
    i, f, g, o = (F.conv2d(x, w_x, padding=pad) + F.conv2d(h, w_h, padding=pad)).chunk(4, 1)
    c = torch.sigmoid(f + w_cf * c) * c + torch.sigmoid(i + w_ci * c) * g
    return torch.sigmoid(o + w_co * c) * torch.tanh(c), c
