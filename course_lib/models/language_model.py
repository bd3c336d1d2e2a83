"""A language model: embedding, recurrent layer, linear layer, one guess per time step.

P(x_1 ... x_T) = Π_t P(x_t | x_<t)
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from course_lib.layers import GRU, LSTM, RNN, Dense
from course_lib.shapes import ShapeError, Shapes, a_number, at_least

CELLS = {"RNN": RNN, "LSTM": LSTM, "LSTMP": LSTM, "GRU": GRU}


class LanguageModel(nn.Module):
    """Predicts the next token from those before it.

    cell is "RNN", "LSTM", "LSTMP" (projected to half the hidden size) or "GRU".
    Shapes: numbers (B, T) int64, states as the recurrent layer's or None ->
    logits (B, T, V), states. Raises ValueError for a cell that does not exist.
    Source: Mikolov et al. 2010.
    """

    def __init__(
        self, vocabulary_size: int, cell: str = "LSTM", embedding_size: int = 16,
        hidden_size: int = 16, num_layers: int = 1, dropout: float = 0.0,
    ):  # fmt: skip
        super().__init__()
        if cell not in tuple(CELLS):
            raise ValueError(f"cell must be one of {', '.join(CELLS)}, got {cell!r}")
        at_least("vocabulary_size", vocabulary_size, 1)
        at_least("embedding_size", embedding_size, 1)
        at_least("hidden_size", hidden_size, 2 if cell == "LSTMP" else 1)  # half of it is left
        projected = {"proj_size": hidden_size // 2} if cell == "LSTMP" else {}
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.recurrent = CELLS[cell](
            embedding_size, hidden_size, num_layers, batch_first=True, dropout=dropout, **projected
        )
        self.to_logits = Dense(projected.get("proj_size", hidden_size), vocabulary_size)

    def forward(self, numbers: Tensor, states=None):
        """See the class for shapes."""
        expect_numbers("numbers", numbers, "B T", self.embedding.weight)
        output, states = self.recurrent(self.embedding(numbers), states)
        return self.to_logits(output), states


def next_token_loss(model: LanguageModel, inputs: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy in nats of targets (B, T), the inputs (B, T) one step later."""
    shapes = Shapes(integers=True)
    shapes.expect("inputs", inputs, "B T")
    shapes.expect("targets", targets, "B T")
    expect_numbers("inputs", inputs, "B T", model.embedding.weight)
    expect_numbers("targets", targets, "B T", model.embedding.weight)
    logits, _ = model(inputs)
    return cross_entropy(logits.flatten(0, 1), targets.flatten())


@torch.no_grad()
def perplexity(model: LanguageModel, inputs: Tensor, targets: Tensor) -> float:
    """exp of the mean cross-entropy: how many tokens the model hesitates between."""
    model.eval()
    return next_token_loss(model, inputs, targets).exp().item()


@torch.no_grad()
def sample(
    model: LanguageModel, prompt: Tensor, steps: int, temperature: float = 1.0, seed: int = 0
) -> Tensor:
    """Go on from a prompt: (T) int64 -> (steps) int64. Temperature 0 takes the likeliest token.

    Raises ValueError for an empty prompt, negative steps or a negative temperature.
    """
    expect_numbers("prompt", prompt, "T", model.embedding.weight)
    if len(prompt) == 0:
        raise ValueError("prompt must be (T) with T >= 1, got shape (0,)")
    at_least("steps", steps, 0)
    at_least("seed", seed, 0)
    a_number("temperature", temperature, 0)
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    numbers, states, new = prompt.unsqueeze(0), None, []
    for _ in range(steps):
        logits, states = model(numbers, states)
        last = logits[0, -1]
        if temperature == 0:
            number = last.argmax().reshape(1)
        else:
            number = torch.multinomial((last / temperature).softmax(0), 1, generator=generator)
        new.append(number)
        numbers = number.reshape(1, 1)
    return torch.cat(new) if new else prompt.new_empty(0)


def expect_numbers(name: str, numbers: Tensor, axes: str, embedding: Tensor) -> None:
    """Check that ``numbers`` are rows of the embedding (V, E); raises ShapeError else."""
    Shapes(integers=True).expect(name, numbers, axes)
    if numbers.dtype not in (torch.int64, torch.int32):
        raise ShapeError(f"{name} must have dtype torch.int64, got {numbers.dtype}")
    if numbers.device != embedding.device:
        raise ShapeError(
            f"{name} has device {numbers.device}, the weights have {embedding.device}: "
            f"convert it with {name}.to('{embedding.device}')"
        )
    size = len(embedding)
    if numbers.numel() == 0 or numbers.is_meta or torch.compiler.is_compiling():
        return
    least, most = (end.item() for end in numbers.aminmax())
    if least < 0 or most >= size:
        raise ShapeError(f"{name} must be from 0 to {size - 1}, got numbers {least} to {most}")
