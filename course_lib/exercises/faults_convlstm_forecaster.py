"""The encoder-forecaster, with a switch for every known mistake."""

import torch
from torch import nn

from course_lib.exercises.faults_convlstm_network import network


def forecaster(on: frozenset[str]) -> type[nn.Module]:
    """A class EncoderForecaster that makes the mistakes that are switched on."""
    return type("EncoderForecaster", (FaultyForecaster,), {"on": on})


class FaultyForecaster(nn.Module):
    """input (B, T, I, H, W), steps -> logits (B, steps, I, H, W)."""

    on: frozenset[str] = frozenset()

    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__()
        on = self.on
        right = network(frozenset())
        sizes = in_channels, hidden_channels, kernel_size, image_size
        self.encoder = right(*sizes)
        self.forecaster = right(*sizes, return_all_layers=True)
        if "forecaster-is-encoder" in on:
            self.forecaster = self.encoder
        features = hidden_channels[-1] if "reads-last-layer" in on else sum(hidden_channels)
        kernel = 3 if "frame-kernel-3" in on else 1
        out = 1 if "frames-of-one-channel" in on else in_channels
        bias = "frame-without-bias" not in on
        self.to_frame = nn.Conv2d(features, out, kernel, padding=kernel // 2, bias=bias)

    def forward(self, input, steps):
        on = self.on
        if "encoder-reads-backwards" in on:
            input = input.flip(1)
        read = input[:, -1:] if "encoder-reads-last" in on else input
        read = read[:, :-1] if "encoder-misses-last" in on and read.shape[1] > 1 else read
        _output, states = self.encoder(read)
        states = handed_over(on, states)
        if "steps-ignored" in on:
            steps = input.shape[1]
        if "one-step-too-many" in on:
            steps = steps + 1
        if on & {"feeds-back", "feeds-back-sigmoid", "feeds-back-from-zero"}:
            prediction = self.fed_back(input[:, -1], states, steps)
        else:
            layers = self.all_layers(self.frames_for(input, steps), states)
            prediction = self.predicted(layers)
        if "one-step-too-many" in on:
            prediction = prediction[:, 1:]
        if "adds-last-frame" in on:
            prediction = prediction + input[:, -1:]
        if "frames-sigmoid" in on:
            prediction = torch.sigmoid(prediction)
        if "frames-tanh" in on:
            prediction = torch.tanh(prediction)
        if "frames-relu" in on:
            prediction = torch.relu(prediction)
        if "frames-reversed" in on:
            prediction = prediction.flip(1)
        if "first-frame-repeated" in on:
            prediction = prediction[:, :1].expand_as(prediction)
        if "last-frame-repeated" in on:
            prediction = prediction[:, -1:].expand_as(prediction)
        if "frames-turned" in on:
            prediction = prediction.transpose(-1, -2)
        return prediction.squeeze() if "output-squeezed" in on else prediction

    def frames_for(self, input, steps):
        """What the forecaster reads: nothing, as frames of zeros."""
        nothing = torch.zeros_like(input[:, -1:]).expand(-1, steps, -1, -1, -1)
        if "reads-last-frame" in self.on:
            return input[:, -1:].expand(-1, steps, -1, -1, -1)
        if "reads-first-frame" in self.on:
            return input[:, :1].expand(-1, steps, -1, -1, -1)
        if "reads-last-frame-once" in self.on:
            return torch.cat([input[:, -1:], nothing[:, 1:]], 1)
        if "reads-input-again" in self.on:
            return input
        if "reads-ones" in self.on:
            return torch.ones_like(nothing)
        if "reads-noise" in self.on:
            return torch.randn_like(nothing)
        return nothing

    def all_layers(self, frames, states):
        self.forecaster.return_all_layers = True
        layers, _states = self.forecaster(frames, states)
        self.forecaster.return_all_layers = self.forecaster is not self.encoder
        return layers

    def predicted(self, layers):
        """Hidden states of all layers, each (B, S, C, H, W) -> frames (B, S, I, H, W)."""
        if "layers-concatenated-reversed" in self.on:
            layers = layers[::-1]
        if "reads-last-layer" in self.on:
            layers = layers[-1:]
        features = torch.cat(layers, 2)
        B, S = features.shape[:2]
        if "frames-scrambled" in self.on:
            flat = self.to_frame(features.transpose(0, 1).flatten(0, 1))
            return flat.unflatten(0, (B, S))
        return self.to_frame(features.flatten(0, 1)).unflatten(0, (B, S))

    def fed_back(self, frame, states, steps):
        """The forecaster reads its own last prediction."""
        if "feeds-back-from-zero" in self.on:
            frame = torch.zeros_like(frame)
        predictions = []
        for _step in range(steps):
            self.forecaster.return_all_layers = True
            layers, states = self.forecaster(frame.unsqueeze(1), states)
            frame = self.predicted(layers)[:, 0]
            predictions.append(frame)
            if "feeds-back-sigmoid" in self.on:
                frame = torch.sigmoid(frame)
        return torch.stack(predictions, 1)


def handed_over(on, states):
    """The states that the forecaster starts from."""
    if "states-not-handed" in on:
        return None
    if "states-reversed" in on:
        states = states[::-1]
    if "states-top-for-all" in on:
        states = states[-1:] * len(states)
    if "states-first-for-all" in on:
        states = states[:1] * len(states)
    if "states-swapped" in on:
        states = [(c, h) for h, c in states]
    if "c-not-handed" in on:
        states = [(h, torch.zeros_like(c)) for h, c in states]
    if "h-not-handed" in on:
        states = [(torch.zeros_like(h), c) for h, c in states]
    if "h-for-both" in on:
        states = [(h, h) for h, _c in states]
    if "only-first-layer-handed" in on:
        zeros = [(torch.zeros_like(h), torch.zeros_like(c)) for h, c in states]
        states = [states[0], *zeros[1:]]
    if "only-last-layer-handed" in on:
        zeros = [(torch.zeros_like(h), torch.zeros_like(c)) for h, c in states]
        states = [*zeros[:-1], states[-1]]
    if "encoder-detached" in on:
        states = [(h.detach(), c.detach()) for h, c in states]
    return states
