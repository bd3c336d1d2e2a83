"""What the mended cells C, D and F are held to: torch's own layers, and autograd."""

import torch
from torch import nn
from torch.func import functional_call
from torch.nn.functional import linear

from course_lib.exercises.oracles import gradients_of


def torch_weights(*layers) -> dict:
    """Tuples (w_ih, w_hh, b_ih, b_hh) under the names that torch gives them, by their suffixes."""
    long = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return {
        name + suffix: tensor
        for suffix, weights in layers
        for name, tensor in zip(long, weights, strict=True)
    }


def torch_gru(input, h_0, layer_0, layer_1):
    """The oracle of cell C: ``nn.GRU`` with two layers, batch first, with these weights."""
    gru = nn.GRU(layer_0[0].shape[1], layer_0[1].shape[1], 2, batch_first=True, device="meta")
    return functional_call(gru, torch_weights(("_l0", layer_0), ("_l1", layer_1)), (input, h_0))


def torch_birnn(input, h_0, params, params_reverse):
    """The oracle of cell D: ``nn.RNN`` in both directions, batch first, with these weights."""
    rnn = nn.RNN(*params[0].shape[::-1], batch_first=True, bidirectional=True, device="meta")
    weights = torch_weights(("_l0", params), ("_l0_reverse", params_reverse))
    return functional_call(rnn, weights, (input, h_0))


def torch_backward(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    """The oracle of cell F: autograd through an RNN whose states are those given in ``output``.

    Autograd computes the states anew; a backward pass by hand reads them. They differ when only
    one of the arguments is changed, as the diagnosis does. So every step is its tangent here.
    """
    leaves = [t.detach().requires_grad_() for t in (input, h_0, w_ih, w_hh, b_ih, b_hh)]
    x, h, w_ih, w_hh, b_ih, b_hh = leaves
    states = []
    with torch.enable_grad():
        for t in range(x.shape[1]):
            a = linear(x[:, t], w_ih, b_ih) + linear(h, w_hh, b_hh)
            h = output[:, t] + (1 - output[:, t] ** 2) * (a - a.detach())
            states.append(h)
        return gradients_of((torch.stack(states, 1),), (grad_output,), leaves)
