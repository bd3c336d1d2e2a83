# name: Dewi Lestari
# language: id
# rest: solved
# about: even kernels get one zero too many
# %% conv1d_same
def conv1d_same(x, weight, bias=None):
    return conv1d_vectorised(x, weight, bias, padding=weight.shape[2] // 2)
