# name: 吴强
# language: zh_CN
# rest: solved
# about: SyntaxError: a bracket is never closed
# %% conv1d
def conv1d(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding)
    return x
