"""The language models of chapter 4, trained on the Universal Declaration of Human Rights.

One small RNN for each language of the course. ``record_declaration`` trains and records them.
"""

from torch import Tensor

from course_lib.data import Vocabulary, tokens, udhr
from course_lib.models.language_model import LanguageModel
from course_lib.models.recorded import recorded
from course_lib.models.rounded import unrounded

NAME = "declaration"
#: Chinese writes no spaces between words, so its tokens are characters.
CUT_BY = {"en": "word", "id": "word", "zh_CN": "character"}
#: What stands between two tokens when a text is written out.
BETWEEN = {"en": " ", "id": " ", "zh_CN": ""}
EMBEDDING_SIZE = HIDDEN_SIZE = 16


def declaration_text(language: str) -> tuple[Vocabulary, Tensor]:
    """Vocabulary of the Declaration in ``language``, and its text as numbers (N) int64."""
    words = tokens(udhr(language), CUT_BY[language])
    vocabulary = Vocabulary(words)
    return vocabulary, vocabulary.encode(words)


def new_model(vocabulary: Vocabulary) -> LanguageModel:
    """The untrained network: embedding 16, RNN 16, linear."""
    return LanguageModel(len(vocabulary), "RNN", EMBEDDING_SIZE, HIDDEN_SIZE)


def declaration_model(language: str) -> tuple[LanguageModel, Vocabulary]:
    """The trained model of a language (float64, weights rounded to a byte) and its vocabulary."""
    vocabulary, _ = declaration_text(language)
    model = new_model(vocabulary).double()
    weights = recorded(NAME)["results"][language]["weights"]
    model.load_state_dict({name: unrounded(kept) for name, kept in weights.items()})
    return model.eval(), vocabulary
