"""Cross-correlation from tensor operations, two ways: by matrix products, and by the FFT.

Both give, for x (B, C, H, W), already padded, and weight (C_out, C, K_h, K_w),

    out[b, o, i, j] = Σ_c Σ_k Σ_l  weight[o, c, k, l] · x[b, c, i s_h + k d_h, j s_w + l d_w]

with stride s and dilation d: (B, C_out, H', W').
"""

import torch
from torch import Tensor

from course_lib.shapes import autocasting


def long_kernel(channels: int) -> int:
    """From so many places of a kernel on, the FFT is faster than the products; as measured."""
    return 56 + 8 * channels


def correlate(x: Tensor, weight: Tensor, stride, dilation, sizes) -> Tensor:
    """The way that is faster for this kernel; ``sizes`` are (H', W')."""
    long = weight.shape[2] * weight.shape[3] >= long_kernel(x.shape[1])
    plain = (*stride, *dilation) == (1, 1, 1, 1)
    exact = x.dtype in (torch.float32, torch.float64) and not autocasting(x)
    if long and plain and exact and len(x) > 0:  # no FFT takes an empty batch
        return by_fft(x, weight, sizes)
    return by_products(x, weight, stride, dilation, sizes)


def by_products(x: Tensor, weight: Tensor, stride, dilation, sizes) -> Tensor:
    """One matrix product for each row of the kernel.

    The patches are laid out along the width only: a kernel of K_h rows then reads the same
    numbers K_h times, moved down by one row each time, and nothing is copied K_h times.
    """
    kernel_w = weight.shape[3]
    span = dilation[1] * (kernel_w - 1) + 1
    patches = x.unfold(3, span, stride[1])[..., :: dilation[1]]  # (B, C, H, W', K_w)
    patches = patches.permute(0, 1, 4, 2, 3).flatten(1, 2)  # (B, C K_w, H, W')
    weight = weight.permute(2, 0, 1, 3).flatten(2)  # (K_h, C_out, C K_w)
    out = None
    for k, w_k in enumerate(weight.unsqueeze(1).expand(-1, len(x), -1, -1).unbind(0)):
        first = k * dilation[0]
        rows = patches[:, :, first : first + stride[0] * (sizes[0] - 1) + 1 : stride[0]]
        # H_ij = Σ_k W_k · vect(P_k(i, j))
        rows = rows.flatten(2)  # (B, C K_w, H' W')
        out = torch.bmm(w_k, rows) if out is None else out.baddbmm_(w_k, rows)
    return out.unflatten(2, tuple(sizes))


def by_fft(x: Tensor, weight: Tensor, sizes) -> Tensor:
    """A correlation is a product of spectra, one of them conjugated (stride and dilation 1).

    Nothing wraps round: the places kept are those whose whole patch lies inside x. Rounding is
    that of the largest number in the image, for all of it, and one NaN makes all of it NaN.
    """
    axes = (2, 3) if x.shape[2] > 1 else (3,)
    frame = [x.shape[axis] for axis in axes]
    spectrum_x = torch.fft.rfftn(x, dim=axes)  # (B, C, H, W // 2 + 1)
    spectrum_w = torch.fft.rfftn(weight, s=frame, dim=axes)  # (C_out, C, H, W // 2 + 1)
    out = x.new_zeros(())
    for x_c, w_c in zip(spectrum_x.unbind(1), spectrum_w.conj().unbind(1), strict=True):
        out = out + x_c.unsqueeze(1) * w_c  # (B, C_out, H, W // 2 + 1)
    return torch.fft.irfftn(out, s=frame, dim=axes)[:, :, : sizes[0], : sizes[1]]
