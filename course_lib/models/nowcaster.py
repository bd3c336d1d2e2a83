"""Predicting the next frames of a film: FC-LSTM against ConvLSTM (Shi et al. 2015)."""

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, pixel_shuffle, pixel_unshuffle

from course_lib.layers import EncoderForecaster
from course_lib.shapes import ShapeError, Shapes, at_least, fits_the_weights


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
        self.patch = at_least("patch", patch, 1)
        cut = None
        if image_size is not None:
            if at_least("image_size", image_size, 1) % patch:
                raise ValueError(
                    f"image_size must be a multiple of patch={patch}, got {image_size}"
                )
            cut = (image_size // patch, image_size // patch)
        self.network = EncoderForecaster(
            patch * patch, hidden_channels, kernel_size, num_layers,
            batch_first=True, peephole=peephole, image_size=cut,
        )  # fmt: skip

    def forward(self, frames: Tensor, steps: int) -> Tensor:
        """See the class for shapes."""
        _check_frames(frames, self.network)
        height, width = frames.shape[3:]
        if height % self.patch or width % self.patch:
            raise ShapeError(
                f"frames of {height}x{width} cannot be cut into {self.patch}x{self.patch} patches"
            )
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
        self.image_size = at_least("image_size", image_size, 1)
        self.network = EncoderForecaster(
            image_size * image_size, hidden_size, 1, num_layers,
            batch_first=True, read_all_layers=False,
        )  # fmt: skip

    def forward(self, frames: Tensor, steps: int) -> Tensor:
        """See the class for shapes."""
        size = self.image_size
        _check_frames(frames, self.network)
        if tuple(frames.shape[3:]) != (size, size):
            raise ShapeError(
                f"frames must be (B, T, 1, {size}, {size}), got shape {tuple(frames.shape)}"
            )
        vectors = frames.flatten(2).unsqueeze(-1).unsqueeze(-1)  # (B, T, S · S, 1, 1)
        return self.network(vectors, steps).reshape(frames.shape[0], steps, 1, size, size)


def sequence_loss(model: nn.Module, frames: Tensor, future: Tensor) -> Tensor:
    """Cross-entropy of one predicted sequence: summed over frames and pixels, mean over the batch.

    Shapes: frames (B, T, 1, S, S), future (B, F, 1, S, S) -> scalar, in nats as the paper's table.
    """
    shapes = Shapes()
    shapes.expect("frames", frames, "B T C H W")
    shapes.expect("future", future, "B F C H W")
    logits = model(frames, at_least("the number of frames in future", future.shape[1], 1))
    return binary_cross_entropy_with_logits(logits, future, reduction="sum") / len(frames)


@torch.no_grad()
def errors_by_lead_time(prediction: Tensor, future: Tensor) -> Tensor:
    """Mean squared error of each predicted frame: predicted and true (B, F, 1, S, S) -> (F)."""
    shapes = Shapes()
    shapes.expect("prediction", prediction, "B F C H W")
    shapes.expect("future", future, "B F C H W")
    return (prediction - future).square().flatten(2).mean(dim=(0, 2))


def repeat_last(frames: Tensor, steps: int) -> Tensor:
    """The forecast to beat: nothing moves any more. (B, T, 1, S, S) -> (B, steps, 1, S, S)."""
    Shapes().expect("frames", frames, "B T C H W")
    at_least("the number of frames (T)", frames.shape[1], 1)
    at_least("steps", steps, 1)
    return frames[:, -1:].expand(-1, steps, -1, -1, -1)


def _check_frames(frames, network):
    Shapes(integers=True).expect("frames", frames, "B T 1 H W")
    at_least("the number of frames (T)", frames.shape[1], 1)
    fits_the_weights("frames", frames, network.to_frame.weight)
