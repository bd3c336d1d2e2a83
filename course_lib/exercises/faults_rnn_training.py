"""The training step and the sampling of the language model, with a switch for every mistake.

``on`` is the set of switches that are thrown. With none on, it is right.
"""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, nll_loss


def train_step(on: frozenset[str], model, optimizer, inputs, targets, h_0, max_norm=None):
    """One step of the optimiser on one batch -> the loss before it, and the state to carry on."""
    if "state-reset" in on:
        h_0 = None
    logits, h_n = model(inputs, h_0)
    loss = loss_of(on, logits, targets, inputs)
    if "gradients-added-up" not in on:
        optimizer.zero_grad()
    loss.backward(retain_graph="graph-kept" in on)
    if "steps-without-gradient" in on:
        optimizer.zero_grad()
    if max_norm is not None:
        clip(on, list(model.parameters()), max_norm)
    if "step-missing" not in on:
        optimizer.step()
    if "two-steps" in on:
        optimizer.step()
    if not on & {"not-detached", "graph-kept"}:
        h_n = h_n.detach()
    if "state-unchanged" in on:
        h_n = h_0
    if "state-zeroed" in on:
        h_n = torch.zeros_like(h_n)
    if "state-after-step" in on:
        h_n = model(inputs, h_0)[1].detach()
    if "loss-again" in on:
        loss = loss_of(on, model(inputs, h_0)[0], targets, inputs)
    return loss.exp() if "loss-exp" in on else loss, h_n


def loss_of(on, logits, targets, inputs) -> Tensor:
    """The mean cross-entropy over all rows and time steps."""
    if "loss-of-inputs" in on:
        targets = inputs
    if "loss-last-step" in on:
        return cross_entropy(logits[:, -1], targets[:, -1])
    if "loss-first-step" in on:
        return cross_entropy(logits[:, 0], targets[:, 0])
    if "softmax-first" in on:
        logits = logits.softmax(-1)
    if "softmax-over-time" in on:
        return nll_loss(logits.log_softmax(1).flatten(0, 1), targets.flatten())
    if "softmax-over-rows" in on:
        return nll_loss(logits.log_softmax(0).flatten(0, 1), targets.flatten())
    if "log-missing" in on:
        return nll_loss(logits.softmax(-1).flatten(0, 1), targets.flatten())
    if "logits-scrambled" in on:
        logits = logits.reshape(len(logits), logits.shape[2], -1).transpose(1, 2)
    if "rows-and-steps-mixed" in on:
        logits = logits.transpose(0, 1)
    if "steps-and-rows-mixed" in on:
        targets = targets.T
    loss = cross_entropy(logits.flatten(0, 1), targets.flatten())
    if "loss-summed" in on:
        return loss * targets.numel()
    if "loss-summed-over-time" in on:
        return loss * targets.shape[1]
    return -loss if "loss-negative" in on else loss


def clip(on, parameters, max_norm: float) -> None:
    """Scale all gradients together so that their norm is at most max_norm."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients or "clip-missing" in on:
        return
    total = torch.stack([g.norm() for g in gradients]).norm()
    for gradient in gradients:
        if "clip-by-value" in on:
            gradient.clamp_(-max_norm, max_norm)
            continue
        norm = gradient.norm() if "clip-each" in on else total
        if norm > max_norm or "clip-always" in on:
            gradient.mul_(max_norm / (norm**2 if "clip-squared" in on else norm))


def draw_words(on: frozenset[str], logits, temperature: float, u) -> Tensor:
    """logits (B, V), u (B) in [0, 1) -> (B) int64: the first word whose sum of chances passes u."""
    if "largest-always" in on or (temperature == 0 and "zero-not-handled" not in on):
        return logits.argmax(1)
    if "temperature-multiplied" in on:
        logits = logits * temperature
    elif "temperature-unused" not in on and "temperature-late" not in on:
        logits = logits / temperature
    chances = softmax(on, logits)
    if "temperature-late" in on:
        chances = chances / temperature
    if "draws-itself" in on:
        return torch.multinomial(chances, 1)[:, 0]
    if "first-above-u" in on:
        return (chances > u[:, None]).int().argmax(1)
    sums = chances.cumsum(0 if "sums-over-rows" in on else 1)
    if "from-the-end" in on:
        u = 1 - u
    if "one-u-for-all" in on:
        u = u[:1].expand_as(u)
    drawn = (sums <= u[:, None]).sum(1)
    if "sum-equal-to-u" in on:
        drawn = (sums < u[:, None]).sum(1)
    if "one-word-late" in on:
        drawn = (drawn + 1) % logits.shape[1]
    if "one-word-early" in on:
        drawn = (drawn - 1) % logits.shape[1]
    if "drawn-column" in on:
        return drawn[:, None]
    return drawn if "no-word-at-the-end" in on else drawn.clamp(max=logits.shape[1] - 1)


def softmax(on, logits) -> Tensor:
    if "softmax-overflow" in on:
        return logits.exp() / logits.exp().sum(1, keepdim=True)
    if "softmax-over-the-batch" in on:
        return logits.softmax(0)
    if "softmax-twice" in on:
        return logits.softmax(1).softmax(1)
    return logits.softmax(1)


@torch.no_grad()
def predict(on: frozenset[str], model, prompt, u, temperature: float = 1.0) -> Tensor:
    """Go on from prompt (T): one new word for every number in u (N) -> (N) int64."""
    inputs, h, new = prompt[None], None, []
    if "prompt-last-twice" in on:
        inputs = torch.cat([inputs, inputs[:, -1:]], 1)
    if "prompt-last-only" in on:
        inputs = inputs[:, -1:]
    if "prompt-without-last" in on:
        inputs = inputs[:, :-1] if inputs.shape[1] > 1 else inputs
    if "prompt-first-only" in on:
        inputs = inputs[:, :1]
    if "prompt-reversed" in on:
        inputs = inputs.flip(1)
    for number in u:
        logits, h_new = model(inputs, h)
        h = h_new
        last = logits[:, 0] if "reads-first-logits" in on else logits[:, -1]
        number = u[0] if "one-u-throughout" in on else number
        word = draw_words(on, last, temperature, number[None])
        new.append(word)
        fed = prompt[None, -1:] if "own-words-not-fed" in on else word[:, None]
        inputs = torch.cat([inputs, fed], 1) if "all-fed-again" in on else fed
        if "state-not-carried" in on:
            h = None
    if "with-prompt" in on:
        new = [prompt, *new]
    return torch.stack(new) if "predicted-column" in on else torch.cat(new)
