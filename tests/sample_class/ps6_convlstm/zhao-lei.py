# name: 赵磊
# language: zh_CN
# rest: solved
# about: one mistake: no padding, so the shapes do not fit
# %% convlstm_cell
def convlstm_cell(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    z = F.conv2d(x, w_x, b) + F.conv2d(h, w_h)   # 卷积
    i, f, g, o = z.chunk(4, 1)
    c = torch.sigmoid(f + w_cf * c) * c + torch.sigmoid(i + w_ci * c) * torch.tanh(g)
    h = torch.sigmoid(o + w_co * c) * torch.tanh(c)
    return h, c
