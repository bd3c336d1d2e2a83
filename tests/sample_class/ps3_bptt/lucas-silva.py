# name: Lucas Silva
# language: en
# rest: solved
# about: clips every gradient by its own norm
# %% clip
def clip_grad_norm(parameters, max_norm):
    squares = 0.0
    for p in parameters:
        if p.grad is None:
            continue
        norm = p.grad.norm()
        squares += norm**2
        if norm > max_norm:
            p.grad *= max_norm / norm
    return squares**0.5
