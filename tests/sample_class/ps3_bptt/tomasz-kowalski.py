# name: Tomasz Kowalski
# language: en
# rest: solved
# about: SyntaxError: a bracket is not closed
# %% jacobian
def sequential_jacobian(output, w_ih, w_hh):
    B, T, H = output.shape
    norms = output.new_zeros((B, T, T)
    for s in range(T):
        norms[:, s, s] = 1
    return norms
