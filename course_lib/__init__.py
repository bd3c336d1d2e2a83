"""From Convolution to ConvLSTM, from scratch: the reference layers and everything around them."""

__version__ = "0.1.0"
