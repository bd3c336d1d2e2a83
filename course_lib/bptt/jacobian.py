"""How much one step feels another: Jacobians of a recurrence.

    ∂h_t/∂h_{t-1} = diag(φ'(a_t)) W_hh          ∂h_t/∂h_k = Π_{j=k+1}^{t} ∂h_j/∂h_{j-1}

The norm of the product vanishes or explodes with t - k (Bengio et al. 1994; Pascanu et al. 2013).
The sequential Jacobian (Graves 2012) asks the same of any network: ∂y_t/∂x_k for all t and k.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib.shapes import ShapeError, Shapes, a_tensor, at_least


def step_jacobians(output: Tensor, w_hh: Tensor) -> Tensor:
    """∂h_t/∂h_{t-1} of a tanh RNN at each step: entry (a, b) is ∂h_t[a]/∂h_{t-1}[b].

    Shapes: output (B, T, H) of the RNN, w_hh (H, H) -> (B, T, H, H).
    Raises ValueError for shapes that do not fit. Source: Pascanu et al. 2013, equation 5.
    """
    shapes = Shapes()
    shapes.expect("output", output, "B T H")
    shapes.expect("w_hh", w_hh, "H H")
    # diag(1 - h_t²) W_hh
    return (1 - output * output).unsqueeze(-1) * w_hh


def jacobian_products(jacobians: Tensor) -> Tensor:
    """∂h_T/∂h_k for every k, from the last step's view: the product of the steps after k.

    Shapes: jacobians (B, T, H, H) -> (B, T, H, H); entry k (from 0) is ∂h_T/∂h_{k+1}, so the
    last one is the identity. Raises ValueError for shapes that do not fit.
    """
    Shapes().expect("jacobians", jacobians, "B T H H")
    steps, size = jacobians.shape[1:3]
    at_least("the number of time steps (T) of jacobians", steps, 1)
    product = torch.eye(size, dtype=jacobians.dtype, device=jacobians.device)
    product = product.expand_as(jacobians[:, 0])
    products = [product]
    for t in range(steps - 1, 0, -1):
        # ∂h_T/∂h_{t-1} = ∂h_T/∂h_t · ∂h_t/∂h_{t-1}
        product = product @ jacobians[:, t]
        products.append(product)
    return torch.stack(products[::-1], dim=1)


def sequential_jacobian(network: Callable[[Tensor], Tensor], input: Tensor) -> Tensor:
    """Frobenius norm of ∂y_t/∂x_k for every pair of steps: row t, column k.

    Shapes: network maps one sequence (T, I) to (T', O); input (T, I) -> (T', T).
    Raises ValueError for shapes that do not fit. Source: Graves 2012, section 4.2.
    """
    Shapes().expect("input", input, "T I")
    if not callable(network):
        raise TypeError(f"network must be a function of a tensor, got {type(network).__name__}")
    jacobian = torch.func.jacrev(network)(input)
    if a_tensor("the output of network", jacobian).dim() != 4:
        raise ShapeError(
            f"network must give an output (T', O), got shape {tuple(jacobian.shape[:-2])}"
        )
    # (T', O, T, I)
    return jacobian.square().sum(dim=(1, 3)).sqrt()
