# name: Kwame Mensah
# language: en
# about: not finished: the cell, the zeros, and nothing after them
# %% convlstm_cell
def convlstm_cell(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    z = F.conv2d(x, w_x, b, padding="same") + F.conv2d(h, w_h, padding="same")
    i, f, g, o = z.split(h.shape[1], dim=1)
    c = torch.sigmoid(f + w_cf * c) * c + torch.sigmoid(i + w_ci * c) * torch.tanh(g)
    return torch.sigmoid(o + w_co * c) * torch.tanh(c), c
# %% zero_state
def zero_state(x, hidden_channels):
    zeros = torch.zeros(len(x), hidden_channels, *x.shape[2:], dtype=x.dtype, device=x.device)
    return zeros, zeros.clone()
