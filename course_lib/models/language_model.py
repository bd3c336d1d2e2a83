"""A language model: embedding, recurrent layer, linear layer, one guess per time step.

P(x_1 ... x_T) = Π_t P(x_t | x_<t)
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from course_lib.layers import GRU, LSTM, RNN, Dense

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
        if cell not in CELLS:
            raise ValueError(f"cell must be one of {', '.join(CELLS)}, got {cell!r}")
        projected = {"proj_size": hidden_size // 2} if cell == "LSTMP" else {}
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.recurrent = CELLS[cell](
            embedding_size, hidden_size, num_layers, batch_first=True, dropout=dropout, **projected
        )
        self.to_logits = Dense(projected.get("proj_size", hidden_size), vocabulary_size)

    def forward(self, numbers: Tensor, states=None):
        """See the class for shapes."""
        output, states = self.recurrent(self.embedding(numbers), states)
        return self.to_logits(output), states


def next_token_loss(model: LanguageModel, inputs: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy in nats of targets (B, T), the inputs (B, T) one step later."""
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

    Raises ValueError for an empty prompt or a negative temperature.
    """
    if prompt.dim() != 1 or len(prompt) == 0:
        raise ValueError(f"prompt must be (T) with T >= 1, got shape {tuple(prompt.shape)}")
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, got {temperature}")
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
