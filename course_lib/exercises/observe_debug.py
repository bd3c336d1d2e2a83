"""What is asked of the ConvLSTM of the museum besides its numbers."""

import torch

from course_lib.exercises.spec import Case, Item


def first_values(item: Item, candidate, case: Case) -> dict[str, torch.Tensor]:
    """Truths about the first values: the peepholes are zero, the kernels are not all equal."""
    cell = candidate(**item.constructor(case))
    kernels = [cell.w_x.detach(), cell.w_h.detach()]
    peepholes = [getattr(cell, name).detach() for name in ("w_ci", "w_cf", "w_co")]
    told = {
        "peepholes": not any(bool(weight.any()) for weight in peepholes),
        "kernels": all(bool(w.isfinite().all() and w.min() < w.max()) for w in kernels),
    }
    return {name: torch.tensor(float(true)) for name, true in told.items()}
