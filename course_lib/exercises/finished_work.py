"""Names in torch that do the work of an exercise without being a layer: an item may forbid them."""

# "grad" is torch.autograd.grad, "_make_dual" is where forward-mode differentiation begins.
AUTOGRAD = frozenset({"backward", "grad", "vjp", "jvp", "jacrev", "jacfwd", "_make_dual"})
CLIPPING = frozenset(
    {"clip_grad_norm_", "clip_grad_norm", "clip_grads_with_norm_", "get_total_norm"}
)
