# name: Emma Johansson
# language: en
# rest: solved
# about: one mistake: the output gate sees the old cell state
# %% convlstm_cell
def convlstm_cell(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    z = F.conv2d(x, w_x, b, padding="same") + F.conv2d(h, w_h, padding="same")
    i, f, g, o = z.chunk(4, 1)
    i = torch.sigmoid(i + w_ci * c)
    f = torch.sigmoid(f + w_cf * c)
    o = torch.sigmoid(o + w_co * c)
    c = f * c + i * torch.tanh(g)
    return o * torch.tanh(c), c
