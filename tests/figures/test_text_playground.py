"""The text playground: what torch.nn says with the same weights, and what it may weigh."""

import json

import pytest
import torch
from torch import nn

from course_lib.figures import TextPlayground
from course_lib.models import declaration_model


def torchs(corpus, text, temperature):
    """Chances, state and surprises from ``torch.nn`` with the recorded weights."""
    weights = declaration_model(corpus)[0].state_dict()
    embedding = nn.Embedding.from_pretrained(weights["embedding.weight"])
    recurrent = nn.RNN(16, 16, batch_first=True, dtype=torch.float64)
    recurrent.load_state_dict(
        {name.split(".")[1]: w for name, w in weights.items() if name.startswith("recurrent.")}
    )
    output, h_n = recurrent(embedding(torch.tensor([text])))
    logits = output[0] @ weights["to_logits.weight"].T + weights["to_logits.bias"]
    surprise = nn.functional.cross_entropy(
        logits[:-1], torch.tensor(text[1:], dtype=torch.int64), reduction="none"
    )
    return {"p": (logits[-1] / temperature).softmax(0), "h": h_n[0, 0], "surprise": surprise}


@pytest.mark.parametrize("corpus", ["en", "id", "zh_CN"])
def test_chances_state_and_surprise_are_those_of_torch(corpus):
    figure = TextPlayground(corpus=corpus)
    generator = torch.Generator().manual_seed(0)
    for temperature in (0.1, 0.7, 1.0, 2.0):
        text = torch.randint(len(declaration_model(corpus)[1]), (9,), generator=generator).tolist()
        figure.settings = figure.settings | {"text": text, "temperature": temperature}
        for name, numbers in torchs(corpus, text, temperature).items():
            assert figure.values[name] == pytest.approx(numbers.tolist(), abs=1e-12)


def test_at_temperature_zero_the_likeliest_token_is_sure():
    figure = TextPlayground("everyone has the right", temperature=0)
    p = torch.tensor(figure.values["p"])
    sure = torch.zeros(len(p))
    sure[declaration_model("en")[1].numbers["to"]] = 1
    assert torch.equal(p, sure)


def test_a_word_that_the_network_does_not_know_is_number_zero():
    assert TextPlayground("everyone loves bandung").settings["text"][1:] == [0, 0]


def test_typed_is_never_more_than_the_text_has():
    figure = TextPlayground()
    figure.settings = figure.settings | {"text": [1, 2], "typed": 7}
    assert figure.settings["typed"] == 2


@pytest.mark.parametrize("text", [[1.5], [True], ["the"], [600], [-1], "the", None, 3])
def test_what_is_no_list_of_tokens_is_refused(text):
    figure = TextPlayground()
    sent = []
    figure.send = lambda message, buffers=None: sent.append(message)
    figure._handle_custom_msg({"ask": 1, "settings": {"text": text}}, [])
    assert "599" in sent[0]["error"]


def test_three_trained_networks_weigh_less_than_300_kb_in_the_page():
    state = TextPlayground().get_state()
    kept = {name: state[name] for name in state if not name.startswith("_dom")}
    assert len(json.dumps(kept).encode()) < 300_000
