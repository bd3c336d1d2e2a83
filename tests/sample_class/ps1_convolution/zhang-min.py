# name: 张敏
# language: zh_CN
# rest: solved
# about: lets torch do it
# %% conv2d
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return F.conv2d(x, weight, bias, stride, padding, dilation)
