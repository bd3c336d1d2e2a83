# name: Dewi Lestari
# language: id
# rest: solved
# about: a bracket is missing: the cell does not run
# %% convlstm_cell
def convlstm_cell(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    z = F.conv2d(x, w_x, b, padding="same" + F.conv2d(h, w_h, padding="same")
    i, f, g, o = z.chunk(4, 1)
    return h, c
