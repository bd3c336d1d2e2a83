"""Cells C, D and F of the debugging assignment, with a switch for every known mistake.

C is a GRU of two layers, D a bidirectional RNN, F the backward pass of an RNN. With no switch
on, each is right; every ``if`` is a mistake somebody made.
"""

import torch
from torch import Tensor

# What is wrong with the cells that the notebook gives.
BROKEN_C = frozenset({"z-exchanged-in-upper", "upper-starts-as-lower"})
BROKEN_D = frozenset({"reverse-not-turned", "final-reverse-first"})
BROKEN_F = frozenset({"overwritten", "not-carried-back"})


def gru(on: frozenset[str], input, h_0, layer_0, layer_1) -> tuple[Tensor, Tensor]:
    """Cell C: input (B, T, I), h_0 (2, B, H) or None -> output (B, T, H), h_n (2, B, H)."""
    if h_0 is None or "h_0-ignored" in on:
        h_0 = input.new_zeros(2, len(input), layer_0[1].shape[1])
    if "starts-exchanged" in on:
        h_0 = h_0.flip(0)
    if "upper-with-w_hh-of-lower" in on:
        layer_1 = (layer_1[0], layer_0[1], layer_1[2], layer_1[3])
    if "upper-with-biases-of-lower" in on:
        layer_1 = (*layer_1[:2], *layer_0[2:])
    lower, upper = h_0[0], h_0[1]
    if "upper-starts-as-lower" in on:
        upper = h_0[0]
    if "lower-starts-as-upper" in on:
        lower = h_0[1]
    first = lower, upper
    history = []
    for t in range(input.shape[1]):
        old = lower
        lower = gru_step(on, "lower", input[:, t], lower, *layer_0)
        upper = gru_step(on, "upper", old if "upper-late" in on else lower, upper, *layer_1)
        history.append((lower, upper))
        if "lower-not-carried" in on or "not-carried" in on:
            lower = first[0]
        if "upper-not-carried" in on or "not-carried" in on:
            upper = first[1]
        if "detached" in on:
            lower, upper = lower.detach(), upper.detach()
    lower, upper = history[0 if "final-first" in on else -1]
    finals = [lower, upper]
    if "final-exchanged" in on:
        finals = [upper, lower]
    if "final-upper-twice" in on:
        finals = [upper, upper]
    if "final-lower-twice" in on:
        finals = [lower, lower]
    shown = [states[0 if "output-of-lower" in on else 1] for states in history]
    return torch.stack(shown, 1), torch.stack(finals)


def gru_step(on, layer, x, h, w_ih, w_hh, b_ih, b_hh) -> Tensor:
    """One time step of a layer, "lower" or "upper": x (B, I), h (B, H) -> h (B, H)."""

    def thrown(switch: str) -> bool:
        return switch in on or f"{switch}-in-{layer}" in on

    if thrown("without-b_ih"):
        b_ih = torch.zeros_like(b_ih)
    if thrown("without-b_hh"):
        b_hh = torch.zeros_like(b_hh)
    r_x, z_x, n_x = (x @ w_ih.T + b_ih).chunk(3, 1)
    r_h, z_h, n_h = (h @ w_hh.T + b_hh).chunk(3, 1)
    gate = torch.tanh if thrown("gates-tanh") else torch.sigmoid
    r, z = gate(r_x + r_h), gate(z_x + z_h)
    if thrown("gates-without-h"):
        r, z = gate(r_x), gate(z_x)
    if thrown("gates-without-x"):
        r, z = gate(r_h), gate(z_h)
    if thrown("r-and-z-exchanged"):
        r, z = z, r
    if thrown("reset-before"):
        H = h.shape[1]
        n_h = (r * h) @ w_hh[2 * H :].T + b_hh[2 * H :]
    elif not thrown("without-reset"):
        n_h = r * n_h
    n = (
        n_h
        if thrown("candidate-without-x")
        else n_x
        if thrown("candidate-without-h")
        else n_x + n_h
    )
    if not thrown("candidate-linear"):
        n = torch.sigmoid(n) if thrown("candidate-sigmoid") else torch.tanh(n)
    if thrown("z-exchanged"):
        z = 1 - z
    new = n if thrown("candidate-whole") else (1 - z) * n
    old = h if thrown("old-whole") else z * h
    return new if thrown("old-not-kept") else old if thrown("nothing-new") else new + old


def birnn(on: frozenset[str], input, h_0, params, params_reverse) -> tuple[Tensor, Tensor]:
    """Cell D: input (B, T, I), h_0 (2, B, H) or None -> output (B, T, 2H), h_n (2, B, H)."""
    if h_0 is None or "h_0-ignored" in on:
        h_0 = input.new_zeros(2, len(input), params[1].shape[1])
    if "starts-exchanged" in on:
        h_0 = h_0.flip(0)
    if "reverse-starts-as-forward" in on:
        h_0 = h_0[:1].expand(2, -1, -1)
    if "params-exchanged" in on:
        params, params_reverse = params_reverse, params
    if "params-twice" in on:
        params_reverse = params
    read = input if "reverse-reads-forwards" in on else input.flip(1)
    forward = rnn(on, input, h_0[0], *params)
    reverse = rnn(on, read, h_0[1], *params_reverse)
    finals = [forward[:, -1], reverse[:, -1]]  # as read: each after its own last step
    if "final-reverse-first" in on:
        finals[1] = reverse[:, 0]
    if "final-forward-first" in on:
        finals[0] = forward[:, 0]
    if "final-exchanged" in on:
        finals = finals[::-1]
    if "final-forward-twice" in on:
        finals[1] = finals[0]
    if not on & {"reverse-not-turned", "reverse-reads-forwards"}:
        reverse = reverse.flip(1)
    if "forward-turned" in on:
        forward = forward.flip(1)
    halves = (reverse, forward) if "halves-exchanged" in on else (forward, reverse)
    return torch.cat(halves, 2), torch.stack(finals)


def rnn(on, input, h, w_ih, w_hh, b_ih, b_hh) -> Tensor:
    """One direction, in the order in which it reads: (B, T, I), (B, H) -> (B, T, H)."""
    if "without-b_ih" in on:
        b_ih = torch.zeros_like(b_ih)
    if "without-b_hh" in on:
        b_hh = torch.zeros_like(b_hh)
    first, outputs = h, []
    for x in input.unbind(1):
        a = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
        h = torch.relu(a) if "relu" in on else torch.sigmoid(a) if "sigmoid" in on else a
        if not on & {"relu", "sigmoid", "linear"}:
            h = torch.tanh(a)
        outputs.append(h)
        if "not-carried" in on:
            h = first
        if "detached" in on:
            h = h.detach()
    return torch.stack(outputs, 1)


def rnn_backward(
    on: frozenset[str], grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh
) -> tuple[Tensor, ...]:
    """Cell F: the gradients of input, h_0, w_ih, w_hh, b_ih and b_hh for an RNN with tanh."""
    B, T, _ = input.shape
    before = torch.cat([h_0.unsqueeze(1), output[:, :-1]], 1)  # h_{t-1} at every t
    grad_input, grad_h_0 = torch.zeros_like(input), torch.zeros_like(h_0)
    sums = {name: torch.zeros_like(w) for name, w in (("x", w_ih), ("h", w_hh), ("b", b_ih))}
    carried = torch.zeros_like(h_0)
    steps = list(reversed(range(T)))
    if "only-last" in on:
        steps = steps[:1]
    if "stops-early" in on:
        steps = [t for t in steps if t > 0]
    if "forwards" in on:
        steps = steps[::-1]
    for t in steps:
        upstream = grad_output[:, t - 1] if "upstream-late" in on else grad_output[:, t]
        d_h = upstream if "not-carried-back" in on else upstream + carried
        if "upstream-only-last" in on and t < T - 1:
            d_h = carried
        h = before[:, t] if "derivative-of-h_before" in on else output[:, t]
        slope = h * (1 - h) if "derivative-of-sigmoid" in on else 1 - h**2
        d_a = d_h if "without-derivative" in on else d_h * slope
        grad_input[:, t] = d_a @ w_ih
        carried = (d_h if "carried-before-tanh" in on else d_a) @ (
            w_hh.T if "w_hh-transposed" in on else w_hh
        )
        if "carried-without-w_hh" in on:
            carried = d_a
        if "carried-onto-d_h" in on:
            carried = d_h + carried
        h_in = output[:, t] if "w_hh-with-h_t" in on else before[:, t]
        if "h_0-wraps" in on and t == 0:
            h_in = output[:, -1]
        terms = {"x": d_a.T @ input[:, t], "h": d_a.T @ h_in, "b": d_a.sum(0)}
        if "grad-w_hh-transposed" in on:
            terms["h"] = terms["h"].T
        for name, term in terms.items():
            over = "overwritten" in on or f"overwritten-{name}" in on
            sums[name] = term if over else sums[name] + term
        grad_h_0 = carried
        if on & {"h_0-is-first-state", "h_0-is-first-sum"}:
            grad_h_0 = d_h if "h_0-is-first-state" in on else d_a
    if "grad-h_0-missing" in on:
        grad_h_0 = torch.zeros_like(h_0)
    if "averaged" in on:
        sums = {name: total / B for name, total in sums.items()}
    if "averaged-over-time" in on:
        sums = {name: total / T for name, total in sums.items()}
    b_hh_too = torch.zeros_like(b_hh) if "b_hh-missing" in on else sums["b"].clone()
    if "biases-halved" in on:
        sums["b"], b_hh_too = sums["b"] / 2, b_hh_too / 2
    return grad_input, grad_h_0, sums["x"], sums["h"], sums["b"], b_hh_too
