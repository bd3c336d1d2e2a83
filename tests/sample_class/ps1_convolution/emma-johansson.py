# name: Emma Johansson
# language: en
# rest: solved
# about: two mistakes: the last window and the sign of the bias
# %% conv1d
def conv1d(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    K = weight.shape[2]
    columns = []
    for i in range(x.shape[2] - K):
        column = x[:, :, i : i + K].flatten(1) @ weight.flatten(1).T
        columns.append(column if bias is None else column - bias)
    return torch.stack(columns, dim=2)
