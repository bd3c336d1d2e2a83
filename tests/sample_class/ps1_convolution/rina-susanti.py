# name: Rina Susanti
# language: id
# rest: open
# about: not finished: two of nine parts
# %% parameter_counts
def parameter_counts(height, width, c_in, c_out, kernel):
    n = height * width
    w = kernel * kernel * c_in * c_out
    return n * n * c_in * c_out, n * w, w + c_out
# %% output_size
def output_size(size, kernel, stride=1, padding=0, dilation=1):
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
