"""Answers to ps1_convolution as a fresh student writes them, from the statement alone.

They were written without a look at the faults that the checks know. Right answers come in
several styles; a wrong one says in words what is wrong with it. ``tells`` are the findings that
a teacher read afterwards and found true.
"""

import math
from itertools import product

import torch
from torch import nn
from torch.nn import functional as F

ANSWERS = []


def answer(item, right, about, tells=frozenset()):
    def keep(student):
        ANSWERS.append((student.__name__, "ps1_convolution." + item, student, right, about, tells))
        return student

    return keep


# ------------------------------------------------------------------------------- Part 1


@answer("parameter_counts", right=True, about="one formula for each")
def counts_by_formula(height, width, c_in, c_out, kernel):
    dense = (height * width * c_in) * (height * width * c_out)
    local = height * width * c_out * kernel**2 * c_in
    convolution = c_out * kernel**2 * c_in + c_out
    return dense, local, convolution


@answer("parameter_counts", right=True, about="what one output sees, times the outputs; a list")
def counts_by_output(height, width, c_in, c_out, kernel):
    inputs = math.prod([height, width, c_in])
    outputs = math.prod([height, width, c_out])
    patch = math.prod([kernel, kernel, c_in])
    return [inputs * outputs, patch * outputs, (patch + 1) * c_out]


@answer("parameter_counts", right=True, about="shapes, and torch counts")
def counts_by_shapes(height, width, c_in, c_out, kernel):
    pixels = height * width
    dense = torch.Size([pixels, c_out, pixels, c_in]).numel()
    local = torch.Size([pixels, c_out, c_in, kernel, kernel]).numel()
    weight = torch.Size([c_out, c_in, kernel, kernel])
    return dense, local, weight.numel() + torch.Size([c_out]).numel()


@answer(
    "parameter_counts",
    right=False,
    about="every layer is counted with biases",
    tells={"dense-with-biases", "local-with-biases"},
)
def counts_all_biases(height, width, c_in, c_out, kernel):
    n_out = height * width * c_out
    dense = height * width * c_in * n_out + n_out
    local = kernel * kernel * c_in * n_out + n_out
    convolution = kernel * kernel * c_in * c_out + c_out
    return dense, local, convolution


@answer(
    "parameter_counts",
    right=False,
    about="no bias anywhere, kernel not squared",
    tells={"convolution-without-bias", "kernel-not-squared"},
)
def counts_two_mistakes(height, width, c_in, c_out, kernel):
    dense = height * width * c_in * height * width * c_out
    local = height * width * c_in * kernel * c_out
    convolution = kernel * c_in * c_out
    return dense, local, convolution


@answer(
    "parameter_counts",
    right=False,
    about="a convolution's bias for every pixel",
    tells={"convolution-bias-per-pixel"},
)
def counts_bias_per_pixel(height, width, c_in, c_out, kernel):
    dense = (height * width) ** 2 * c_in * c_out
    local = height * width * kernel**2 * c_in * c_out
    return dense, local, kernel**2 * c_in * c_out + height * width * c_out


@answer("parameter_counts", right=False, about="the local patch leaves out the border's outside")
def counts_border_cut(height, width, c_in, c_out, kernel):
    def seen(size):
        half = kernel // 2
        return sum(min(size - 1, i + half) - max(0, i - half) + 1 for i in range(size))

    dense = (height * width) ** 2 * c_in * c_out
    local = seen(height) * seen(width) * c_in * c_out
    return dense, local, kernel**2 * c_in * c_out + c_out


@answer(
    "parameter_counts", right=False, about="dense: one output pixel only", tells={"dense-one-image"}
)
def counts_dense_one_pixel(height, width, c_in, c_out, kernel):
    dense = height * width * c_in * c_out
    local = height * width * kernel**2 * c_in * c_out
    return dense, local, c_out * (kernel**2 * c_in + 1)


@answer(
    "parameter_counts",
    right=False,
    about="one bias for each input channel instead",
    tells={"convolution-bias-in"},
)
def counts_bias_of_inputs(height, width, c_in, c_out, kernel):
    dense = (height * width) ** 2 * c_in * c_out
    local = height * width * kernel**2 * c_in * c_out
    return dense, local, c_out * kernel**2 * c_in + c_in


@answer(
    "parameter_counts",
    right=False,
    about="prints the numbers and returns nothing",
    tells={"returned-none"},
)
def counts_printed(height, width, c_in, c_out, kernel):
    print((height * width) ** 2 * c_in * c_out)
    print(height * width * kernel**2 * c_in * c_out)
    print(c_out * kernel**2 * c_in + c_out)


# ------------------------------------------------------------------------------- Part 2


@answer("output_size", right=True, about="the formula")
def size_by_formula(size, kernel, stride=1, padding=0, dilation=1):
    covered = dilation * (kernel - 1) + 1
    return (size + 2 * padding - covered) // stride + 1


@answer("output_size", right=True, about="where windows begin, counted")
def size_by_range(size, kernel, stride=1, padding=0, dilation=1):
    last_start = size + padding + padding - (kernel - 1) * dilation
    return len(range(0, last_start, stride))


@answer("output_size", right=True, about="walks along the row")
def size_by_walking(size, kernel, stride=1, padding=0, dilation=1):
    row = size + 2 * padding
    count = start = 0
    while start + (kernel - 1) * dilation < row:
        count += 1
        start += stride
    return count


@answer("output_size", right=True, about="torch cuts a row of zeros")
def size_by_unfold(size, kernel, stride=1, padding=0, dilation=1):
    row = torch.zeros(size + 2 * padding)
    return row.unfold(0, kernel + (kernel - 1) * (dilation - 1), stride).shape[0]


@answer(
    "output_size",
    right=False,
    about="a true division, so a float that may be broken",
    tells={"size-not-floored"},
)
def size_true_division(size, kernel, stride=1, padding=0, dilation=1):
    return (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1


@answer(
    "output_size",
    right=False,
    about="the kernel is said to cover dilation * kernel",
    tells={"size-dilation-times-kernel"},
)
def size_kernel_times_dilation(size, kernel, stride=1, padding=0, dilation=1):
    return (size + 2 * padding - kernel * dilation) // stride + 1


@answer("output_size", right=False, about="brackets missing: only the kernel is divided")
def size_brackets(size, kernel, stride=1, padding=0, dilation=1):
    return size + 2 * padding - (dilation * (kernel - 1) + 1) // stride + 1


@answer(
    "output_size", right=False, about="the 1 is put inside the division", tells={"size-one-inside"}
)
def size_one_inside(size, kernel, stride=1, padding=0, dilation=1):
    return (size + 2 * padding - dilation * (kernel - 1) - 1 + 1) // stride


@answer(
    "output_size",
    right=False,
    about="padding once, dilation forgotten",
    tells={"size-dilation-ignored", "size-padding-once"},
)
def size_two_mistakes(size, kernel, stride=1, padding=0, dilation=1):
    return (size + padding - kernel) // stride + 1


@answer("output_size", right=False, about="rounds instead of cutting off", tells={"size-rounded"})
def size_rounded(size, kernel, stride=1, padding=0, dilation=1):
    return round((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1


@answer(
    "output_size",
    right=False,
    about="dilation gaps are counted once more than there are",
    tells={"size-dilation-times-kernel"},
)
def size_gaps(size, kernel, stride=1, padding=0, dilation=1):
    effective = kernel + kernel * (dilation - 1)
    return math.floor((size + 2 * padding - effective) / stride + 1)


# ------------------------------------------------------------------------------- Part 3


@answer("linear", right=True, about="uniform_ on empty tensors")
class LinearUniform(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        k = 1 / in_features**0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-k, k))
        if bias:
            self.bias = nn.Parameter(torch.empty(out_features).uniform_(-k, k))
        else:
            self.bias = None

    def forward(self, x):
        y = x @ self.weight.T
        if self.bias is not None:
            y = y + self.bias
        return y


@answer("linear", right=True, about="register_parameter, rand stretched, einsum")
class LinearEinsum(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        bound = math.sqrt(1 / in_features)
        self.use_bias = bias
        self.weight = nn.Parameter((2 * torch.rand(out_features, in_features) - 1) * bound)
        b = nn.Parameter((2 * torch.rand(out_features) - 1) * bound) if bias else None
        self.register_parameter("bias", b)

    def forward(self, x):
        out = torch.einsum("...i,oi->...o", x, self.weight)
        return out + self.bias if self.use_bias else out


@answer("linear", right=True, about="sums of products, init in a method")
class LinearBySum(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.in_features = in_features
        self.weight = nn.Parameter(torch.Tensor(out_features, in_features))
        self.bias = nn.Parameter(torch.Tensor(out_features)) if bias else None
        self.reset()

    def reset(self):
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            nn.init.uniform_(self.bias, -(self.in_features**-0.5), self.in_features**-0.5)

    def forward(self, x):
        products = x.unsqueeze(-2) * self.weight
        y = products.sum(dim=-1)
        return y if self.bias is None else y + self.bias


@answer(
    "linear",
    right=False,
    about="a Parameter times a number is no Parameter any more",
    tells={"not-registered"},
)
class LinearLosesParameter(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        k = 1 / math.sqrt(in_features)
        self.weight = nn.Parameter(torch.rand(out_features, in_features)) * 2 * k - k
        self.bias = nn.Parameter(torch.rand(out_features)) * 2 * k - k if bias else None

    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias


@answer("linear", right=False, about="starts between 0 and the bound", tells={"starts-narrow"})
class LinearOnlyPositive(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        k = 1 / math.sqrt(in_features)
        self.weight = nn.Parameter(torch.rand(out_features, in_features) * k)
        self.bias = nn.Parameter(torch.rand(out_features) * k) if bias else None

    def forward(self, x):
        y = torch.matmul(x, self.weight.t())
        return y if self.bias is None else y + self.bias


@answer(
    "linear",
    right=False,
    about="mm wants a table: other numbers of axes fail",
    tells={"two-axes-only"},
)
class LinearTableOnly(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        k = 1 / math.sqrt(in_features)
        self.weight = nn.Parameter(torch.zeros(out_features, in_features).uniform_(-k, k))
        self.bias = nn.Parameter(torch.zeros(out_features).uniform_(-k, k)) if bias else None

    def forward(self, x):
        y = torch.mm(x, self.weight.t())
        return y if self.bias is None else y + self.bias


@answer(
    "linear",
    right=False,
    about="asks 'if self.bias', which a tensor does not answer",
    tells={"raises-RuntimeError"},
)
class LinearTruthOfTensor(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        k = 1 / math.sqrt(in_features)
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-k, k))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-k, k)) if bias else None

    def forward(self, x):
        if self.bias:
            return x @ self.weight.T + self.bias
        return x @ self.weight.T


@answer(
    "linear",
    right=False,
    about="bias starts at zero, bound without the root",
    tells={"starts-narrow"},
)
class LinearTwoStarts(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        k = 1 / in_features
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-k, k))
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        y = x @ self.weight.T
        if self.bias is not None:
            y += self.bias
        return y


@answer(
    "linear",
    right=False,
    about="all axes before the last become one, and stay one",
    tells={"wrong-shape"},
)
class LinearFlattens(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.n = in_features
        k = 1 / math.sqrt(in_features)
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-k, k))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-k, k)) if bias else None

    def forward(self, x):
        y = x.reshape(-1, self.n) @ self.weight.T
        return y if self.bias is None else y + self.bias


@answer(
    "linear",
    right=False,
    about="a seed in the constructor: every layer starts alike",
    tells={"starts-fixed"},
)
class LinearSeeded(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        torch.manual_seed(0)
        k = 1 / math.sqrt(in_features)
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-k, k))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-k, k)) if bias else None

    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias


@answer("linear", right=False, about="bias=False still adds a bias", tells={"bias-false-ignored"})
class LinearBiasAlways(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        k = in_features**-0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-k, k))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-k, k))

    def forward(self, x):
        return x @ self.weight.T + self.bias


# ------------------------------------------------------------------------------- Part 4


@answer("conv1d", right=True, about="a patch, a flat product, a stack")
def conv1d_stack(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    B, _C, L = x.shape
    O, _, K = weight.shape
    W = weight.reshape(O, -1)
    outs = []
    for i in range(L - K + 1):
        patch = x[:, :, i : i + K].reshape(B, -1)
        outs.append(F.linear(patch, W, bias))
    return torch.stack(outs, dim=2)


@answer("conv1d", right=True, about="zeros are filled position by position")
def conv1d_filled(x, weight, bias=None, padding=0):
    batch, c_in, length = x.shape
    c_out, _, k = weight.shape
    padded = x.new_zeros(batch, c_in, length + 2 * padding)
    padded[:, :, padding : padding + length] = x
    out = x.new_zeros(batch, c_out, length + 2 * padding - k + 1)
    for pos in range(out.shape[2]):
        window = padded[:, :, pos : pos + k]
        out[:, :, pos] = (window[:, None] * weight[None]).sum(dim=(2, 3))
    if bias is not None:
        out = out + bias[None, :, None]
    return out


@answer("conv1d", right=True, about="one number after the other")
def conv1d_numbers(x, weight, bias=None, padding=0):
    zeros = torch.zeros(x.shape[0], x.shape[1], padding, dtype=x.dtype)
    x = torch.cat([zeros, x, zeros], -1)
    rows = []
    for b in range(x.shape[0]):
        channels = []
        for o in range(weight.shape[0]):
            line = []
            for i in range(x.shape[2] - weight.shape[2] + 1):
                s = torch.sum(x[b, :, i : i + weight.shape[2]] * weight[o])
                if bias is not None:
                    s = s + bias[o]
                line.append(s)
            channels.append(torch.stack(line))
        rows.append(torch.stack(channels))
    return torch.stack(rows)


@answer("conv1d", right=False, about="the patch is flattened place first, the weight channel first")
def conv1d_flattened_otherwise(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    K = weight.shape[2]
    W = weight.reshape(weight.shape[0], -1)
    outs = []
    for i in range(x.shape[2] - K + 1):
        patch = x[:, :, i : i + K].transpose(1, 2).reshape(x.shape[0], -1)
        y = patch @ W.T
        if bias is not None:
            y = y + bias
        outs.append(y)
    return torch.stack(outs, -1)


@answer(
    "conv1d",
    right=False,
    about="stacks positions first and reshapes them into place",
    tells={"rows-mixed"},
)
def conv1d_reshaped(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    B = x.shape[0]
    O, _, K = weight.shape
    outs = [
        F.linear(x[:, :, i : i + K].reshape(B, -1), weight.reshape(O, -1), bias)
        for i in range(x.shape[2] - K + 1)
    ]
    return torch.stack(outs).reshape(B, O, -1)


@answer(
    "conv1d",
    right=False,
    about="the bias is added once for every input channel",
    tells={"bias-per-channel"},
)
def conv1d_bias_per_channel(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    _B, C, L = x.shape
    K = weight.shape[2]
    outs = []
    for i in range(L - K + 1):
        y = 0
        for c in range(C):
            y = y + x[:, c, i : i + K] @ weight[:, c].T
            if bias is not None:
                y = y + bias
        outs.append(y)
    return torch.stack(outs, dim=2)


@answer(
    "conv1d",
    right=False,
    about="the loop's end is that of the unpadded input",
    tells={"windows-counted-unpadded"},
)
def conv1d_old_length(x, weight, bias=None, padding=0):
    _B, _C, L = x.shape
    K = weight.shape[-1]
    xp = F.pad(x, (padding, padding))
    outs = []
    for i in range(L - K + 1):
        outs.append(torch.einsum("bck,ock->bo", xp[:, :, i : i + K], weight))
    out = torch.stack(outs, 2)
    return out if bias is None else out + bias.view(1, -1, 1)


@answer("conv1d", right=False, about="all padding at the beginning, and the kernel turned")
def conv1d_two_mistakes(x, weight, bias=None, padding=0):
    x = F.pad(x, (2 * padding, 0))
    w = weight.flip(2)
    outs = []
    for i in range(x.shape[2] - w.shape[2] + 1):
        outs.append(torch.einsum("bck,ock->bo", x[:, :, i : i + w.shape[2]], w))
    out = torch.stack(outs, 2)
    return out if bias is None else out + bias[:, None]


@answer(
    "conv1d", right=False, about="bias on the axis of the positions", tells={"bias-along-positions"}
)
def conv1d_bias_on_positions(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    K = weight.shape[2]
    out = torch.stack(
        [
            torch.einsum("bck,ock->bo", x[:, :, i : i + K], weight)
            for i in range(x.shape[2] - K + 1)
        ],
        dim=2,
    )
    if bias is not None:
        out = out + bias
    return out


@answer(
    "conv1d", right=False, about="repeats the border instead of zeros", tells={"padding-replicate"}
)
def conv1d_replicated(x, weight, bias=None, padding=0):
    left = x[:, :, :1].repeat(1, 1, padding)
    right = x[:, :, -1:].repeat(1, 1, padding)
    return conv1d_stack(torch.cat([left, x, right], 2), weight, bias)


@answer(
    "conv1d", right=False, about="the mean of the products, not their sum", tells={"patch-averaged"}
)
def conv1d_mean(x, weight, bias=None, padding=0):
    xp = F.pad(x, (padding, padding))
    K = weight.shape[2]
    outs = []
    for i in range(xp.shape[2] - K + 1):
        outs.append((xp[:, None, :, i : i + K] * weight).mean(dim=(2, 3)))
    out = torch.stack(outs, 2)
    return out if bias is None else out + bias[:, None]


@answer("conv1d", right=False, about="pads twice", tells={"padding-twice"})
def conv1d_padding_of_padding(x, weight, bias=None, padding=0):
    xp = F.pad(F.pad(x, (padding, padding)), (padding, padding))
    return conv1d_stack(xp, weight, bias)


@answer(
    "conv1d", right=False, about="reads only the first input channel", tells={"first-channel-only"}
)
def conv1d_first_channel(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    K = weight.shape[2]
    outs = []
    for i in range(x.shape[2] - K + 1):
        outs.append(x[:, 0, i : i + K] @ weight[:, 0].T)
    out = torch.stack(outs, dim=2)
    if bias is not None:
        out = out + bias.unsqueeze(1)
    return out


# ------------------------------------------------------------------------------- Part 5


@answer("conv1d_vectorised", right=True, about="unfold and einsum")
def vectorised_unfold(x, weight, bias=None, padding=0):
    patches = F.pad(x, (padding, padding)).unfold(2, weight.shape[2], 1)
    out = torch.einsum("bclk,ock->bol", patches, weight)
    if bias is not None:
        out = out + bias[:, None]
    return out


@answer("conv1d_vectorised", right=True, about="an index table and a matrix product")
def vectorised_table(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    B, C, L = x.shape
    O, _, K = weight.shape
    table = torch.arange(L - K + 1)[:, None] + torch.arange(K)[None, :]
    patches = x[:, :, table].permute(0, 2, 1, 3).reshape(B, L - K + 1, C * K)
    return F.linear(patches, weight.reshape(O, C * K), bias).transpose(1, 2)


@answer("conv1d_vectorised", right=True, about="a loop over the places of the kernel")
def vectorised_places(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    K = weight.shape[2]
    n = x.shape[2] - K + 1
    out = sum(weight[:, :, k] @ x[:, :, k : k + n] for k in range(K))
    return out if bias is None else out + bias.reshape(1, -1, 1)


@answer(
    "conv1d_vectorised",
    right=False,
    about="the bias once for every place of the kernel",
    tells={"bias-per-place"},
)
def vectorised_bias_often(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    K = weight.shape[2]
    n = x.shape[2] - K + 1
    out = 0
    for k in range(K):
        out = out + F.linear(x[:, :, k : k + n].transpose(1, 2), weight[:, :, k], bias)
    return out.transpose(1, 2)


@answer(
    "conv1d_vectorised",
    right=False,
    about="a list comprehension over positions",
    tells={"loops-over-positions"},
)
def vectorised_comprehension(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    K = weight.shape[2]
    patches = torch.stack([x[:, :, i : i + K] for i in range(x.shape[2] - K + 1)], 2)
    out = torch.einsum("bclk,ock->bol", patches, weight)
    return out if bias is None else out + bias[:, None]


@answer("conv1d_vectorised", right=False, about="reshape without a permute mixes the patches")
def vectorised_no_permute(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    B, C, L = x.shape
    O, _, K = weight.shape
    patches = x.unfold(2, K, 1).reshape(B, L - K + 1, C * K)
    out = patches @ weight.reshape(O, C * K).T
    if bias is not None:
        out = out + bias
    return out.transpose(1, 2)


@answer(
    "conv1d_vectorised",
    right=False,
    about="the index table runs the kernel backwards",
    tells={"kernel-turned"},
)
def vectorised_backwards(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    K = weight.shape[2]
    table = torch.arange(K - 1, x.shape[2])[:, None] - torch.arange(K)
    out = torch.einsum("bclk,ock->bol", x[:, :, table], weight)
    return out if bias is None else out + bias[:, None]


@answer(
    "conv1d_vectorised",
    right=False,
    about="the torch function that is not allowed",
    tells={"forbidden-call"},
)
def vectorised_by_torch(x, weight, bias=None, padding=0):
    return F.conv1d(x, weight, bias, padding=padding)


@answer(
    "conv1d_vectorised",
    right=False,
    about="windows do not overlap: the step is K",
    tells={"windows-side-by-side"},
)
def vectorised_step(x, weight, bias=None, padding=0):
    K = weight.shape[2]
    patches = F.pad(x, (padding, padding)).unfold(2, K, K)
    out = torch.einsum("bclk,ock->bol", patches, weight)
    return out if bias is None else out + bias[:, None]


@answer("conv1d_vectorised", right=False, about="einsum forgets to sum the channels apart")
def vectorised_channels_summed_first(x, weight, bias=None, padding=0):
    patches = F.pad(x, (padding, padding)).unfold(2, weight.shape[2], 1)
    out = torch.einsum("bclk,odk->bol", patches, weight)
    return out if bias is None else out + bias[:, None]


@answer("conv1d_vectorised", right=False, about="calls the loop", tells={"loops-over-positions"})
def vectorised_calls_loop(x, weight, bias=None, padding=0):
    return conv1d_stack(x, weight, bias, padding)


@answer("conv1d_same", right=True, about="pads each side by its own number")
def same_pad(x, weight, bias=None):
    total = weight.shape[2] - 1
    left = total // 2
    return vectorised_unfold(F.pad(x, (left, total - left)), weight, bias)


@answer("conv1d_same", right=True, about="pads too much and throws the first away")
def same_cut(x, weight, bias=None):
    K = weight.shape[-1]
    out = vectorised_places(x, weight, bias, padding=K // 2)
    return out if K % 2 else out[:, :, 1:]


@answer("conv1d_same", right=True, about="the whole convolution, then a piece of it")
def same_piece(x, weight, bias=None):
    K = weight.shape[-1]
    whole = conv1d_stack(x, weight, bias, padding=K - 1)
    start = K // 2
    return whole[..., start : start + x.shape[-1]]


@answer(
    "conv1d_same",
    right=False,
    about="the extra zero comes at the beginning",
    tells={"same-extra-before"},
)
def same_extra_first(x, weight, bias=None):
    K = weight.shape[2]
    right = (K - 1) // 2
    return conv1d_stack(F.pad(x, (K - 1 - right, right)), weight, bias)


@answer(
    "conv1d_same",
    right=False,
    about="cuts the end off: the extra zero was in front",
    tells={"same-extra-before"},
)
def same_cut_end(x, weight, bias=None):
    out = conv1d_stack(x, weight, bias, padding=weight.shape[2] // 2)
    return out[:, :, : x.shape[2]]


@answer("conv1d_same", right=False, about="odd kernels only", tells={"same-floor-each"})
def same_odd_only(x, weight, bias=None):
    return conv1d_stack(x, weight, bias, padding=(weight.shape[2] - 1) // 2)


@answer("conv1d_same", right=False, about="K // 2 zeros on both sides", tells={"same-half-each"})
def same_half(x, weight, bias=None):
    return conv1d_stack(x, weight, bias, padding=weight.shape[2] // 2)


@answer(
    "conv1d_same",
    right=False,
    about="causal, and the bias is forgotten",
    tells={"bias-missing", "same-all-before"},
)
def same_two_mistakes(x, weight, bias=None):
    return vectorised_unfold(F.pad(x, (weight.shape[2] - 1, 0)), weight)


@answer("conv1d_same", right=False, about="the missing position is a zero hung on the output")
def same_pads_output(x, weight, bias=None):
    out = vectorised_unfold(x, weight, bias)
    missing = x.shape[2] - out.shape[2]
    return F.pad(out, (missing // 2, missing - missing // 2))


@answer("conv1d_same", right=False, about="cuts with -0 when K is 1", tells={"wrong-shape"})
def same_minus_zero(x, weight, bias=None):
    K = weight.shape[2]
    out = vectorised_unfold(x, weight, bias, padding=K - 1)
    left = (K - 1) // 2
    return out[:, :, K - 1 - left : -left]


# ------------------------------------------------------------------------------- Part 6


@answer("conv2d", right=True, about="a loop over the places of the kernel")
def conv2d_places(x, weight, bias=None, stride=1, padding=0, dilation=1):
    B, _, H, W = x.shape
    O, _, Kh, Kw = weight.shape
    Ho = size_by_formula(H, Kh, stride, padding, dilation)
    Wo = size_by_formula(W, Kw, stride, padding, dilation)
    x = F.pad(x, (padding,) * 4)
    out = torch.zeros(B, O, Ho, Wo, dtype=x.dtype)
    for k in range(Kh):
        for m in range(Kw):
            top, left = k * dilation, m * dilation
            rows = slice(top, top + (Ho - 1) * stride + 1, stride)
            columns = slice(left, left + (Wo - 1) * stride + 1, stride)
            out = out + torch.einsum("bchw,oc->bohw", x[:, :, rows, columns], weight[:, :, k, m])
    if bias is not None:
        out = out + bias[:, None, None]
    return out


@answer("conv2d", right=True, about="a loop over positions")
def conv2d_positions(x, weight, bias=None, stride=1, padding=0, dilation=1):
    x = F.pad(x, (padding, padding, padding, padding))
    O, _, kh, kw = weight.shape
    flat = weight.reshape(O, -1)
    span_h = (kh - 1) * dilation + 1
    span_w = (kw - 1) * dilation + 1
    lines = []
    for i in range(0, x.shape[2] - span_h + 1, stride):
        line = []
        for j in range(0, x.shape[3] - span_w + 1, stride):
            patch = x[:, :, i : i + span_h : dilation, j : j + span_w : dilation]
            line.append(F.linear(patch.flatten(1), flat, bias))
        lines.append(torch.stack(line, dim=-1))
    return torch.stack(lines, dim=-2)


@answer("conv2d", right=True, about="two unfolds and one einsum")
def conv2d_unfold(x, weight, bias=None, stride=1, padding=0, dilation=1):
    span_h = (weight.shape[2] - 1) * dilation + 1
    span_w = (weight.shape[3] - 1) * dilation + 1
    x = F.pad(x, [padding] * 4)
    patches = x.unfold(2, span_h, stride).unfold(3, span_w, stride)
    patches = patches[..., ::dilation, ::dilation]
    out = torch.tensordot(patches, weight, dims=([1, 4, 5], [1, 2, 3])).permute(0, 3, 1, 2)
    return out if bias is None else out + bias.reshape(1, -1, 1, 1)


@answer(
    "conv2d",
    right=False,
    about="windows of dilation * K, so some at the end are missing",
    tells={"windows-dilation-times-kernel"},
)
def conv2d_wide_windows(x, weight, bias=None, stride=1, padding=0, dilation=1):
    kh, kw = weight.shape[2:]
    x = F.pad(x, [padding] * 4)
    patches = x.unfold(2, kh * dilation, stride).unfold(3, kw * dilation, stride)
    patches = patches[..., ::dilation, ::dilation]
    out = torch.einsum("bchwkl,ockl->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@answer("conv2d", right=False, about="a square kernel is assumed", tells={"raises-RuntimeError"})
def conv2d_square(x, weight, bias=None, stride=1, padding=0, dilation=1):
    K = weight.shape[2]
    x = F.pad(x, [padding] * 4)
    span = (K - 1) * dilation + 1
    patches = x.unfold(2, span, stride).unfold(3, span, stride)[..., ::dilation, ::dilation]
    out = torch.einsum("bchwkl,ockl->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@answer(
    "conv2d",
    right=False,
    about="F.pad with two numbers pads the width alone",
    tells={"padding-width-only"},
)
def conv2d_pads_width(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return conv2d_positions(F.pad(x, (padding, padding)), weight, bias, stride, 0, dilation)


@answer(
    "conv2d",
    right=False,
    about="stride and dilation have changed places",
    tells={"stride-dilation-swapped"},
)
def conv2d_swapped(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return conv2d_unfold(x, weight, bias, dilation, padding, stride)


@answer(
    "conv2d",
    right=False,
    about="the stride is used for the rows alone, the bias is doubled",
    tells={"bias-twice", "stride-height-only"},
)
def conv2d_two_mistakes(x, weight, bias=None, stride=1, padding=0, dilation=1):
    x = F.pad(x, (padding, padding, padding, padding))
    O, _, kh, kw = weight.shape
    span_h = (kh - 1) * dilation + 1
    span_w = (kw - 1) * dilation + 1
    lines = []
    for i in range(0, x.shape[2] - span_h + 1, stride):
        line = []
        for j in range(0, x.shape[3] - span_w + 1):
            patch = x[:, :, i : i + span_h : dilation, j : j + span_w : dilation]
            line.append(F.linear(patch.flatten(1), weight.reshape(O, -1), bias))
        lines.append(torch.stack(line, dim=-1))
    out = torch.stack(lines, dim=-2)
    return out if bias is None else out + bias[:, None, None]


@answer(
    "conv2d",
    right=False,
    about="takes every stride-th, but begins at stride - 1",
    tells={"stride-starts-late"},
)
def conv2d_late_start(x, weight, bias=None, stride=1, padding=0, dilation=1):
    out = conv2d_unfold(x, weight, bias, 1, padding, dilation)
    return out[:, :, stride - 1 :: stride, stride - 1 :: stride]


@answer(
    "conv2d",
    right=False,
    about="rows and columns of the output have changed places",
    tells={"output-transposed"},
)
def conv2d_transposed_output(x, weight, bias=None, stride=1, padding=0, dilation=1):
    x = F.pad(x, (padding, padding, padding, padding))
    O, _, kh, kw = weight.shape
    span_h = (kh - 1) * dilation + 1
    span_w = (kw - 1) * dilation + 1
    lines = []
    for i in range(0, x.shape[2] - span_h + 1, stride):
        line = []
        for j in range(0, x.shape[3] - span_w + 1, stride):
            patch = x[:, :, i : i + span_h : dilation, j : j + span_w : dilation]
            line.append(F.linear(patch.flatten(1), weight.reshape(O, -1), bias))
        lines.append(torch.stack(line, dim=-1))
    return torch.stack(lines, dim=-1)


@answer(
    "conv2d", right=False, about="a dilation of 1 is read as 'skip one'", tells={"dilation-as-gaps"}
)
def conv2d_dilation_skips(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return conv2d_unfold(x, weight, bias, stride, padding, dilation + 1)


# ----------------------------------------------------------------------------- Bonus 1


@answer("true_conv2d", right=True, about="the kernel is flipped along both axes")
def true_flip(x, weight, bias=None, padding=0):
    return conv2d_places(x, weight.flip(2, 3), bias, padding=padding)


@answer("true_conv2d", right=True, about="turned twice by a quarter")
def true_rot90(x, weight, bias=None, padding=0):
    return conv2d_unfold(x, torch.rot90(weight, 2, (2, 3)), bias, padding=padding)


@answer("true_conv2d", right=True, about="the picture is turned instead, and turned back")
def true_turns_image(x, weight, bias=None, padding=0):
    return conv2d_unfold(x.flip([2, 3]), weight, bias, padding=padding).flip([2, 3])


@answer("true_conv2d", right=True, about="sums spread from the input, with the border cut")
def true_spread(x, weight, bias=None, padding=0):
    B, _, _H, _W = x.shape
    O, _, Kh, Kw = weight.shape
    x = F.pad(x, [padding] * 4)
    full = x.new_zeros(B, O, x.shape[2] + Kh - 1, x.shape[3] + Kw - 1)
    for k, m in product(range(Kh), range(Kw)):
        part = torch.einsum("bchw,oc->bohw", x, weight[:, :, k, m])
        full[:, :, k : k + x.shape[2], m : m + x.shape[3]] += part
    out = full[:, :, Kh - 1 : x.shape[2], Kw - 1 : x.shape[3]]
    return out if bias is None else out + bias.view(-1, 1, 1)


@answer("true_conv2d", right=False, about="a quarter turn", tells={"wrong-shape"})
def true_quarter(x, weight, bias=None, padding=0):
    return conv2d_unfold(x, torch.rot90(weight, 1, (2, 3)), bias, padding=padding)


@answer("true_conv2d", right=False, about="only the rows are turned", tells={"turned-height-only"})
def true_rows_only(x, weight, bias=None, padding=0):
    return conv2d_unfold(
        x, weight[:, :, torch.arange(weight.shape[2] - 1, -1, -1)], bias, 1, padding
    )


@answer(
    "true_conv2d",
    right=False,
    about="everything is turned, channels too",
    tells={"turned-channels-too"},
)
def true_everything(x, weight, bias=None, padding=0):
    return conv2d_unfold(x, weight.flip(0, 1, 2, 3), bias, 1, padding)


@answer(
    "true_conv2d",
    right=False,
    about="the image is turned and never turned back",
    tells={"input-turned"},
)
def true_image_not_back(x, weight, bias=None, padding=0):
    return conv2d_unfold(x.flip(2, 3), weight, bias, 1, padding)


@answer(
    "true_conv2d", right=False, about="padding lands where stride stands", tells={"wrong-shape"}
)
def true_wrong_argument(x, weight, bias=None, padding=0):
    return conv2d_unfold(x, weight.flip(2, 3), bias, padding or 1)


@answer(
    "true_conv2d",
    right=False,
    about="the student's weight is turned for good",
    tells={"changes-arguments"},
)
def true_in_place(x, weight, bias=None, padding=0):
    weight.copy_(weight.flip(2, 3))
    return conv2d_unfold(x, weight, bias, padding=padding)


@answer(
    "true_conv2d",
    right=False,
    about="the bias takes the minus of the turn, padding forgotten",
    tells={"wrong-shape"},
)
def true_two_mistakes(x, weight, bias=None, padding=0):
    out = conv2d_unfold(x, weight.flip((2, 3)))
    return out if bias is None else out - bias[:, None, None]


# ----------------------------------------------------------------------------- Bonus 2


@answer("conv2d_grouped", right=True, about="chunks of all three tensors")
def grouped_chunks(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    xs = x.chunk(groups, 1)
    ws = weight.chunk(groups, 0)
    bs = [None] * groups if bias is None else bias.chunk(groups)
    outs = [
        conv2d_unfold(a, w, b, stride, padding, dilation)
        for a, w, b in zip(xs, ws, bs, strict=True)
    ]
    return torch.cat(outs, dim=1)


@answer("conv2d_grouped", right=True, about="a big weight with zeros between the blocks")
def grouped_block_weight(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    O, c, kh, kw = weight.shape
    big = weight.new_zeros(O, c * groups, kh, kw)
    n = O // groups
    for g in range(groups):
        big[g * n : (g + 1) * n, g * c : (g + 1) * c] = weight[g * n : (g + 1) * n]
    return conv2d_places(x, big, bias, stride, padding, dilation)


@answer("conv2d_grouped", right=True, about="one axis more in the einsum")
def grouped_einsum(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    span_h = (weight.shape[2] - 1) * dilation + 1
    span_w = (weight.shape[3] - 1) * dilation + 1
    p = F.pad(x, [padding] * 4).unfold(2, span_h, stride).unfold(3, span_w, stride)
    p = p[..., ::dilation, ::dilation]
    p = p.unflatten(1, (groups, -1))
    w = weight.unflatten(0, (groups, -1))
    out = torch.einsum("bgchwkl,gockl->bgohw", p, w).flatten(1, 2)
    return out if bias is None else out + bias[:, None, None]


@answer(
    "conv2d_grouped",
    right=False,
    about="the inputs are dealt out like cards",
    tells={"groups-interleaved-in"},
)
def grouped_cards(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    n = weight.shape[0] // groups
    outs = []
    for g in range(groups):
        b = None if bias is None else bias[g * n : (g + 1) * n]
        w = weight[g * n : (g + 1) * n]
        outs.append(conv2d_unfold(x[:, g::groups], w, b, stride, padding, dilation))
    return torch.cat(outs, 1)


@answer(
    "conv2d_grouped",
    right=False,
    about="all groups read the first block",
    tells={"groups-read-first"},
)
def grouped_first_block(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    c = weight.shape[1]
    return conv2d_unfold(x[:, :c], weight, bias, stride, padding, dilation)


@answer(
    "conv2d_grouped",
    right=False,
    about="stride and padding are not handed on",
    tells={"wrong-shape"},
)
def grouped_forgets_arguments(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    outs = []
    for a, w in zip(x.chunk(groups, 1), weight.chunk(groups, 0), strict=True):
        outs.append(conv2d_unfold(a, w, dilation=dilation))
    out = torch.cat(outs, 1)
    return out if bias is None else out + bias[:, None, None]


@answer("conv2d_grouped", right=False, about="the groups are added up")
def grouped_added(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    out = 0
    for a, w in zip(x.chunk(groups, 1), weight.chunk(groups, 0), strict=True):
        out = out + conv2d_unfold(a, w, None, stride, padding, dilation)
    out = out.repeat(1, groups, 1, 1)
    return out if bias is None else out + bias[:, None, None]


@answer(
    "conv2d_grouped",
    right=False,
    about="the first group's bias serves them all",
    tells={"groups-share-bias"},
)
def grouped_first_bias(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    n = weight.shape[0] // groups
    b = None if bias is None else bias[:n]
    outs = [
        conv2d_unfold(a, w, b, stride, padding, dilation)
        for a, w in zip(x.chunk(groups, 1), weight.chunk(groups, 0), strict=True)
    ]
    return torch.cat(outs, 1)


@answer("conv2d_grouped", right=False, about="outputs are shuffled: stacked and flattened wrongly")
def grouped_interleaved(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    outs = [
        conv2d_unfold(a, w, None, stride, padding, dilation)
        for a, w in zip(x.chunk(groups, 1), weight.chunk(groups, 0), strict=True)
    ]
    out = torch.stack(outs, 2).flatten(1, 2)
    return out if bias is None else out + bias[:, None, None]


@answer(
    "conv2d_grouped",
    right=False,
    about="the whole bias for every group",
    tells={"shapes-in-elementwise"},
)
def grouped_whole_bias(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    outs = [
        conv2d_places(a, w, bias, stride, padding, dilation)
        for a, w in zip(x.chunk(groups, 1), weight.chunk(groups, 0), strict=True)
    ]
    return torch.cat(outs, 1)
