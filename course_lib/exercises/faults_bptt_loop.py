"""The same backward pass over a whole sequence, and truncated, with the mistakes of the loop."""

import torch
from torch import Tensor

from course_lib.exercises.faults_bptt import over_batch_and_time, returned, step


class Sums:
    """The gradients as they come together while the loop walks through the steps."""

    def __init__(self, on: frozenset[str], input: Tensor, h_0: Tensor):
        self.on = on
        self.input = torch.zeros_like(input)
        self.order: list[Tensor] = []  # of the input's gradients, as they were found
        self.h_0 = torch.zeros_like(h_0)
        self.weights: dict[str, Tensor] = {}
        self.rows: dict[str, list[Tensor]] = {"b_ih": [], "b_hh": []}

    def add(self, t: int, grads: dict[str, Tensor]) -> None:
        self.input[:, t] += grads["x"]
        self.order.append(grads["x"])
        for name in ("w_ih", "w_hh"):
            if f"only-last:{name}" in self.on and self.weights.get(name) is not None:
                continue
            if name in self.weights and f"overwritten:{name}" not in self.on:
                self.weights[name] = self.weights[name] + grads[name]
            else:
                self.weights[name] = grads[name]
        for name, rows in self.rows.items():
            if "only-last:b" in self.on and rows:
                continue
            if "overwritten:b" in self.on:
                rows.clear()
            rows.append(grads[name])

    def gathered(self, like: dict[str, Tensor]) -> tuple[Tensor, ...]:
        found = self._gathered(like)
        if "sums-from-ones" in self.on:
            return (*found[:2], *(grad + 1 for grad in found[2:]))
        if "sums-from-weights" in self.on:
            begin = like.values()
            return (*found[:2], *(g + w for g, w in zip(found[2:], begin, strict=True)))
        return found

    def _gathered(self, like: dict[str, Tensor]) -> tuple[Tensor, ...]:
        """The six gradients; zeros like ``like`` where no step came by."""
        grads = {"x": self.input, "h": self.h_0}
        if "input-as-found" in self.on:
            grads["x"] = torch.stack(self.order, 1)
        for name in ("w_ih", "w_hh"):
            grads[name] = self.weights.get(name, torch.zeros_like(like[name]))
        for name, rows in self.rows.items():
            rows = rows or [torch.zeros_like(self.h_0)]
            grads[name] = over_batch_and_time(self.on, rows)
        return returned(self.on, grads)


def backward(on: frozenset[str], grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    """Gradients of input, h_0, w_ih, w_hh, b_ih, b_hh: the whole way back."""
    if "float32" in on:
        grad_output, input, h_0, output, w_ih, w_hh = (
            t.float() for t in (grad_output, input, h_0, output, w_ih, w_hh)
        )
    length = input.shape[1]
    steps = range(length - 1, -1, -1)
    if "stops-before-first" in on:
        steps = range(length - 1, 0, -1)
    if "leaves-out-last" in on:
        steps = range(length - 2, -1, -1)
    if "forwards" in on:
        steps = range(length)
    sums = Sums(on, input, h_0)
    grad_output = arriving(on, grad_output)
    sums.h_0 += walk(on, sums, grad_output, steps, input, h_0, output, w_ih, w_hh)
    if "h_0-zero" in on:
        sums.h_0 = torch.zeros_like(h_0)
    return sums.gathered({"w_ih": w_ih, "w_hh": w_hh, "b_ih": b_ih, "b_hh": b_hh})


def walk(on, sums: Sums, grad_output, steps, input, h_0, output, w_ih, w_hh) -> Tensor:
    """Walk through the steps, adding to ``sums``; gives the gradient that leaves the last one."""
    carried = torch.zeros_like(h_0)
    dh = carried
    for t in steps:
        from_output = grad_output[:, t]
        if "in-place" in on:  # and the numbers are right
            from_output = from_output.add_(carried)
            carried = torch.zeros_like(h_0)
        dh = from_output + (0 if "not-carried" in on else carried)
        h, h_before = states(on, h_0, output, t)
        grads = step(on, dh, input[:, t], h_before, h, w_ih, w_hh)
        if "first-state-for-all" in on:
            grads["w_hh"] = step(on, dh, input[:, t], h_0, h, w_ih, w_hh)["w_hh"]
        sums.add(t, grads)
        before, carried = carried, grads["h"]
        if "carried-added-up" in on:
            carried = before + grads["h"]
        if "carried-one-step" in on:
            carried = step(on, from_output, input[:, t], h_before, h, w_ih, w_hh)["h"]
    if "h_0-is-first-state" in on:
        return dh
    if "h_0-is-first-sum" in on and steps:
        return step(on | {"h-without-w_hh"}, dh, input[:, t], h_before, h, w_ih, w_hh)["h"]
    return carried


def arriving(on, grad_output: Tensor) -> Tensor:
    """What the output of each step sends back, (B, T, H)."""
    zero = torch.zeros_like(grad_output[:, :1])
    if "only-last-output" in on:
        return torch.cat([torch.zeros_like(grad_output[:, 1:]), grad_output[:, -1:]], 1)
    if "last-for-all" in on:
        return grad_output[:, -1:].expand_as(grad_output)
    if "upstream-next" in on:
        return torch.cat([grad_output[:, 1:], zero], 1)
    if "upstream-before" in on:
        return torch.cat([zero, grad_output[:, :-1]], 1)
    if "upstream-wraps" in on:
        return grad_output.roll(1, 1)
    return grad_output


def states(on, h_0, output, t: int) -> tuple[Tensor, Tensor]:
    """The state after step t and the one before it."""
    h = output[:, -1] if "slope-of-last" in on else output[:, t]
    if t:
        return h, output[:, t - 1]
    if "h_0-not-used" in on:
        return h, torch.zeros_like(h_0)
    if "h_0-wraps" in on:
        return h, output[:, -1]
    return h, h_0


def truncated(on, grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k):
    """The same, where the loss of each step is followed back through ``k`` steps only."""
    if "float32" in on:
        grad_output, input, h_0, output, w_ih, w_hh = (
            t.float() for t in (grad_output, input, h_0, output, w_ih, w_hh)
        )
    sums = Sums(on, input, h_0)
    length = input.shape[1]
    given = (input, h_0, output, w_ih, w_hh)
    for upstream, steps in windows(on, arriving(on, grad_output), length, k):
        restarted = given
        if "restarts-forward" in on and steps and steps[-1] > 0:
            restarted = (
                input,
                h_0,
                rerun(output, steps, input, w_ih, w_hh, b_ih, b_hh),
                w_ih,
                w_hh,
            )
        if "window-starts-at-h_0" in on and steps and steps[-1] > 0:
            moved = output.clone()
            moved[:, steps[-1] - 1] = h_0
            restarted = (input, h_0, moved, w_ih, w_hh)
        left = walk(on, sums, upstream, steps, *restarted)
        if "h_0-from-every-window" in on or (steps and steps[-1] == 0):
            sums.h_0 += left
    if "h_0-zero" in on:
        sums.h_0 = torch.zeros_like(h_0)
    return sums.gathered({"w_ih": w_ih, "w_hh": w_hh, "b_ih": b_ih, "b_hh": b_hh})


def windows(on, grad_output, length: int, k: int):
    """Pairs of the gradients that arrive and the steps that they are taken back through."""
    k = k + ("k-one-more" in on) - ("k-one-less" in on)
    if "k-ignored" in on:
        k = length
    if "last-k-only" in on:
        yield grad_output, range(length - 1, max(-1, length - 1 - k), -1)
        return
    if "chunks" in on:
        for begin in range(0, length, k):
            yield grad_output, range(min(begin + k, length) - 1, begin - 1, -1)
        return
    if "chunks-from-end" in on:
        for end in range(length, 0, -k):
            yield grad_output, range(end - 1, max(end - k, 0) - 1, -1)
        return
    losses = [length - 1] if "last-loss-only" in on else range(length - ("leaves-out-last" in on))
    first = 1 if "stops-before-first" in on else 0
    for t in losses:
        alone = torch.zeros_like(grad_output)
        alone[:, t] = grad_output[:, t]
        if "window-takes-all-losses" in on:
            alone = grad_output
        yield alone, range(t, max(t - k, first - 1), -1)


def rerun(output, steps, input, w_ih, w_hh, b_ih, b_hh) -> Tensor:
    """The outputs if the window started from a state of zeros."""
    output = output.clone()
    h = torch.zeros_like(output[:, 0])
    output[:, steps[-1] - 1] = h
    for t in reversed(steps):
        h = torch.tanh(input[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        output[:, t] = h
    return output
