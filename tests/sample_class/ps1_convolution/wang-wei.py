# name: 王伟
# language: zh_CN
# rest: solved
# about: dilation is not used
# %% conv2d
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    x = F.pad(x, (padding, padding, padding, padding))
    kh, kw = weight.shape[2:]
    patches = x.unfold(2, kh, stride).unfold(3, kw, stride)
    out = torch.einsum("bcijkl,ockl->boij", patches, weight)
    return out if bias is None else out + bias[:, None, None]
