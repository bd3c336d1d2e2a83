# name: 吴强
# language: zh_CN
# rest: solved
# about: SyntaxError: a bracket is missing
# %% expose_d
def expose_d():
    first = torch.randn(3, 5, 2), torch.randn(2, 3, 4)
    second = torch.ones(3, 1, 2), torch.randn((2, 3, 4)
    return first, second
