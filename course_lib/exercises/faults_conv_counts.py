"""Counting weights and positions, with a switch for every known mistake."""

import math


def parameter_counts(on: frozenset[str], height, width, c_in, c_out, kernel):
    """Weights of the dense, the locally-connected and the convolutional layer."""
    pixels, patch = height * width, kernel**2
    if "image-square" in on:
        pixels = height**2
    if "kernel-not-squared" in on:
        patch = kernel
    if "patch-from-half-width" in on:
        patch = (2 * kernel + 1) ** 2
    pairs = c_in * c_out
    if "channels-in-left-out" in on:
        pairs = c_out
    if "channels-out-left-out" in on:
        pairs = c_in
    if "channels-added" in on:
        pairs = c_in + c_out
    dense = pixels**2 * pairs
    if "dense-one-image" in on:
        dense = pixels * pairs
    if "dense-one-channel" in on:
        dense = pixels**2
    if "dense-with-biases" in on:
        dense += pixels * c_out
    local = pixels * patch * pairs
    if "local-shared" in on:
        local = patch * pairs
    if "local-valid-only" in on:
        local = (height - kernel + 1) * (width - kernel + 1) * patch * pairs
    if "local-with-biases" in on:
        local += pixels * c_out
    convolution = patch * pairs
    if "convolution-per-pixel" in on:
        convolution *= pixels
    if "convolution-bias-in" in on:
        convolution += c_in
    elif "convolution-bias-one" in on:
        convolution += 1
    elif "convolution-bias-per-kernel" in on:
        convolution += c_in * c_out
    elif "convolution-bias-per-pixel" in on:
        convolution += pixels * c_out
    elif "convolution-without-bias" not in on:
        convolution += c_out
    counts = (dense, local, convolution)
    return counts[::-1] if "counts-reversed" in on else counts


def output_size(on: frozenset[str], size, kernel, stride=1, padding=0, dilation=1):
    """The number of positions along one axis."""
    span = kernel if "size-dilation-ignored" in on else dilation * (kernel - 1) + 1
    if "size-dilation-times-kernel" in on:
        span = dilation * kernel
    if "dilation-as-gaps" in on:
        span = (dilation + 1) * (kernel - 1) + 1
    border = padding if "size-padding-once" in on else 2 * padding
    if "padding-ignored" in on:
        border = 0
    if "stride-ignored" in on:
        stride = 1
    room = size + border - span
    if "size-ceil" in on:
        return math.ceil(room / stride) + 1
    if "size-without-one" in on:
        return room // stride
    if "size-one-inside" in on:
        return (room + 1) // stride
    if "size-kernel-not-minus-one" in on:
        return (room + 1) // stride + 1
    if "size-not-floored" in on:
        return room / stride + 1
    if "size-rounded" in on:
        return round(room / stride) + 1
    return room // stride + 1
