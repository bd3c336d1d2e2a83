"""Models that the chapters train, and the loop that trains them."""

from course_lib.models.declaration import declaration_model, declaration_text
from course_lib.models.language_model import LanguageModel, next_token_loss, perplexity, sample
from course_lib.models.nowcaster import (
    ConvNowcaster,
    FullyConnectedNowcaster,
    errors_by_lead_time,
    repeat_last,
    sequence_loss,
)
from course_lib.models.training import History, TrainingStopped, fit, shuffled

__all__ = [
    "ConvNowcaster",
    "FullyConnectedNowcaster",
    "History",
    "LanguageModel",
    "TrainingStopped",
    "declaration_model",
    "declaration_text",
    "errors_by_lead_time",
    "fit",
    "next_token_loss",
    "perplexity",
    "repeat_last",
    "sample",
    "sequence_loss",
    "shuffled",
]
