"""Predicting the next frames of a film: FC-LSTM against ConvLSTM (Shi et al. 2015)."""

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, pixel_shuffle, pixel_unshuffle

from course_lib.layers import EncoderForecaster


class ConvNowcaster(nn.Module):
    """An encoder-forecaster of ConvLSTM layers on frames cut into patches.

    A frame (1, S, S) becomes patch² channels of size S / patch, as in the paper (patch 4).
    Shapes: frames (B, T, 1, S, S), steps F -> logits (B, F, 1, S, S).
    Raises ValueError for frames that cannot be cut. Source: Shi et al. 2015, section 4.1.
    """

    def __init__(
        self, hidden_channels: int | list[int], kernel_size: int = 5, num_layers: int = 1,
        peephole: str | None = "channel", patch: int = 4, image_size: int | None = None,
    ):  # fmt: skip
        super().__init__()
        self.patch = patch
        cut = None if image_size is None else (image_size // patch, image_size // patch)
        self.network = EncoderForecaster(
            patch * patch, hidden_channels, kernel_size, num_layers,
            batch_first=True, peephole=peephole, image_size=cut,
        )  # fmt: skip

    def forward(self, frames: Tensor, steps: int) -> Tensor:
        """See the class for shapes."""
        _check_frames(frames, self.patch)
        logits = self.network(pixel_unshuffle(frames, self.patch), steps)
        return pixel_shuffle(logits, self.patch)


class FullyConnectedNowcaster(nn.Module):
    """FC-LSTM: the same encoder-forecaster, on frames made into one long vector.

    A ConvLSTM with 1x1 kernels on an image of a single pixel is a fully-connected LSTM.
    Shapes: frames (B, T, 1, S, S), steps F -> logits (B, F, 1, S, S).
    Source: Srivastava et al. 2015; Shi et al. 2015, table 1.
    """

    def __init__(self, image_size: int, hidden_size: int | list[int], num_layers: int = 1):
        super().__init__()
        self.image_size = image_size
        self.network = EncoderForecaster(
            image_size * image_size, hidden_size, 1, num_layers,
            batch_first=True, read_all_layers=False,
        )  # fmt: skip

    def forward(self, frames: Tensor, steps: int) -> Tensor:
        """See the class for shapes."""
        _check_frames(frames, 1)
        vectors = frames.flatten(2).unsqueeze(-1).unsqueeze(-1)  # (B, T, S · S, 1, 1)
        size = self.image_size
        return self.network(vectors, steps).reshape(frames.shape[0], steps, 1, size, size)


def sequence_loss(model: nn.Module, frames: Tensor, future: Tensor) -> Tensor:
    """Cross-entropy of one predicted sequence: summed over frames and pixels, mean over the batch.

    Shapes: frames (B, T, 1, S, S), future (B, F, 1, S, S) -> scalar, in nats as the paper's table.
    """
    logits = model(frames, future.shape[1])
    return binary_cross_entropy_with_logits(logits, future, reduction="sum") / len(frames)


@torch.no_grad()
def errors_by_lead_time(prediction: Tensor, future: Tensor) -> Tensor:
    """Mean squared error of each predicted frame: probabilities and frames (B, F, ...) -> (F)."""
    return (prediction - future).square().flatten(2).mean(dim=(0, 2))


def repeat_last(frames: Tensor, steps: int) -> Tensor:
    """The forecast to beat: nothing moves any more. (B, T, 1, S, S) -> (B, steps, 1, S, S)."""
    return frames[:, -1:].expand(-1, steps, -1, -1, -1)


def _check_frames(frames, patch):
    if frames.dim() != 5 or frames.shape[2] != 1:
        raise ValueError(f"frames must be (B, T, 1, S, S), got shape {tuple(frames.shape)}")
    height, width = frames.shape[3:]
    if height % patch or width % patch:
        raise ValueError(f"frames of {height}x{width} cannot be cut into {patch}x{patch} patches")
