"""What is particular to ps2_rnn: its words, its rows, its model; the general gates do the rest."""

import pytest
import torch
from torch import nn

from course_lib.exercises import get_assignment, get_item
from course_lib.exercises.asked_rnn_training import LEARNING_RATE
from course_lib.exercises.cases_rnn_text import CORPUS
from course_lib.exercises.cases_rnn_training import Descent, Model
from course_lib.grading import check
from tests.grading.careless_ps2 import ANSWERS
from tests.grading.solution import answers, notebook

ITEMS = {item.id: item for item in get_assignment("ps2_rnn").items}
SEEDS = (0, 1, 10_000, 10_007, 770_001)
RECURRENT = ("rnn_cell", "rnn_forward", "rnn_module", "bidirectional")


@pytest.mark.parametrize("id", RECURRENT)
def test_sizes_are_all_different_so_that_no_transpose_hides(id):
    for seed in SEEDS:
        for role in ("ordinary", "fresh", "double"):
            for case in ITEMS[id].cases(role, seed):
                assert len(set(case.sizes.values())) == len(case.sizes), (case.id, case.sizes)
                assert all((t != 0).all() for t in case.tensors.values() if t is not None)


@pytest.mark.parametrize("id", RECURRENT)
def test_each_size_is_one_once(id):
    ones = [k for case in ITEMS[id].cases("ones", 0) for k, v in case.sizes.items() if v == 1]
    assert set(ones) == set(ITEMS[id].cases("ordinary", 0)[0].sizes) - {"2H"}


def test_the_oracle_of_the_cell_is_rnn_cell_of_torch():
    for case in ITEMS["rnn_cell"].cases("fresh", 5):
        t = dict(case.tensors)
        cell = nn.RNNCell(t["x"].shape[1], t["h"].shape[1], dtype=torch.float64)
        names = {"weight_ih": "w_ih", "weight_hh": "w_hh", "bias_ih": "b_ih", "bias_hh": "b_hh"}
        cell.load_state_dict({name: t[short] for name, short in names.items()})
        mine = ITEMS["rnn_cell"].oracle(t["x"], t["h"], *(t[n] for n in names.values()))
        assert torch.allclose(mine, cell(t["x"], t["h"]), rtol=0, atol=1e-12)


def test_the_small_model_and_its_descent_do_what_torchs_layers_and_sgd_do():
    case = ITEMS["train_step"].cases("fresh", 3)[0]
    t = case.tensors
    rnn = nn.RNN(t["w_ih"].shape[1], len(t["w_hh"]), batch_first=True, dtype=torch.float64)
    torches = dict(zip(("w_ih", "w_hh", "b_ih", "b_hh"), rnn.parameters(), strict=True))
    out = nn.Linear(len(t["w_hh"]), len(t["w_out"]), dtype=torch.float64)
    table = nn.Embedding(*t["embedding"].shape, dtype=torch.float64)
    torches |= {"w_out": out.weight, "b_out": out.bias, "embedding": table.weight}
    for name, parameter in torches.items():
        parameter.data = t[name].clone()
    model = Model(t)
    states, h_n = rnn(table(t["inputs"]), t["h_0"])
    logits, mine = model(t["inputs"], t["h_0"])
    assert torch.allclose(logits, out(states)) and torch.allclose(mine, h_n)
    logits.square().sum().backward()
    out(states).square().sum().backward()
    Descent(model.parameters(), LEARNING_RATE).step()
    torch.optim.SGD(torches.values(), lr=LEARNING_RATE).step()
    for name, parameter in torches.items():
        assert torch.allclose(getattr(model, name), parameter), name


def test_the_visible_text_is_that_of_the_notebook_and_its_vocabulary_begins_as_the_text_says():
    names = answers("ps2_rnn")
    assert tuple(names["SENTENCES"]) == CORPUS
    words = names["build_vocabulary"](names["SENTENCES"])
    text = "\n".join(cell.source for cell in notebook("ps2_rnn").cells)
    assert ", ".join(f'`"{word}"`' for word in words[:4]) in text


def test_the_examples_of_the_statement_are_true():
    names = answers("ps2_rnn")
    inputs, targets = names["shifted_windows"](torch.tensor([5, 6, 7, 8, 9]), 3)
    assert inputs.tolist() == [[5, 6, 7], [6, 7, 8]] and targets.tolist() == [[6, 7, 8], [7, 8, 9]]
    batches = names["stateful_batches"](torch.arange(14), 2, 3)
    assert [batch.tolist() for batch, _targets in batches] == [
        [[0, 1, 2], [6, 7, 8]],
        [[3, 4, 5], [9, 10, 11]],
    ]
    assert batches[1][1].tolist() == [[4, 5, 6], [10, 11, 12]]
    logits = torch.tensor([[0.2, 0.5, 0.3]]).log().expand(4, 3)
    drawn = names["draw_words"](logits, 1.0, torch.tensor([0.1, 0.3, 0.6, 0.9]))
    assert drawn.tolist() == [0, 1, 1, 2]


def test_ties_words_twice_in_a_sentence_and_capitals_are_in_every_drawn_text():
    for seed in SEEDS[1:]:
        for case in ITEMS["build_vocabulary"].cases("fresh", seed):
            words = [w for s in case.options["sentences"] for w in s.split()]
            counts = [words.count(word) for word in set(words)]
            assert len(set(counts)) < len(counts) and max(counts) > 1
            assert any(w != w.lower() for w in words)
            assert any(len(set(s.split())) < len(s.split()) for s in case.options["sentences"])


def test_the_network_of_the_notebook_learns_the_five_sentences():
    names = answers("ps2_rnn")
    torch.manual_seed(0)
    vocabulary = names["build_vocabulary"](names["SENTENCES"])
    text = torch.cat([names["encode"](sentence, vocabulary) for sentence in CORPUS])
    model = names["LanguageModel"](len(vocabulary))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _round in range(60):
        h = None
        for inputs, targets in names["stateful_batches"](text, 2, 4):
            loss, h = names["train_step"](model, optimizer, inputs, targets, h, 1.0)
    assert loss < 0.1
    prompt = names["encode"]("saya pergi", vocabulary)
    numbers = names["predict"](model, prompt, torch.zeros(2), 0)
    assert [vocabulary[k] for k in numbers] == ["ke", "depok"]


CERTAIN = [entry for entry in ANSWERS if None not in entry[3]]
OPEN = [entry for entry in ANSWERS if None in entry[3]]


@pytest.mark.parametrize("name, item, answer, expected", CERTAIN, ids=[e[0] for e in CERTAIN])
def test_a_careless_answer_is_told_its_mistake_and_nothing_else(name, item, answer, expected):
    result = check(f"ps2_rnn.{item}", answer)
    assert not result.passed
    assert result.findings[0].id in expected, str(result)
    assert len(result.findings) == 1, "one cause is told once"


@pytest.mark.parametrize("name, item, answer, expected", OPEN, ids=[e[0] for e in OPEN])
def test_a_mistake_that_nobody_foresaw_is_given_no_name(name, item, answer, expected):
    result = check(f"ps2_rnn.{item}", answer)
    described = get_item(f"ps2_rnn.{item}")[1]
    named = {f.id for f in described.faults} | {c.id for c in described.conventions}
    assert not result.passed
    assert not named & {finding.id for finding in result.findings}, str(result)


def test_a_word_is_told_as_a_word():
    wrong = lambda sentences: ["<UNK>", *ITEMS["build_vocabulary"].oracle(sentences)[1:]]  # noqa: E731
    result = check("ps2_rnn.build_vocabulary", wrong)
    assert 'yours is "<UNK>", it should be "<unk>"' in result.findings[0].where
    assert not result.picture


def test_batches_may_come_one_by_one_and_the_loss_may_be_a_number():
    def one_by_one(numbers, batch_size, length):
        yield from names["stateful_batches"](numbers, batch_size, length)

    def as_tensors(*arguments):
        loss, h_n = names["train_step"](*arguments)
        return torch.tensor(loss), h_n

    names = answers("ps2_rnn")
    assert check("ps2_rnn.stateful_batches", one_by_one, hidden=True).passed
    assert check("ps2_rnn.train_step", as_tensors, hidden=True).passed


def test_a_student_who_detaches_the_state_on_the_way_in_is_right_too():
    names = answers("ps2_rnn")

    def train_step(model, optimizer, inputs, targets, h_0, max_norm=None):
        kept = []

        def keeping(inputs, h):
            logits, h_n = model(inputs, h)
            kept.append(h_n)
            return logits, h_n

        keeping.parameters = model.parameters
        h_0 = None if h_0 is None else h_0.detach()
        loss, _h_n = names["train_step"](keeping, optimizer, inputs, targets, h_0, max_norm)
        return loss, kept[0]

    assert check("ps2_rnn.train_step", train_step, hidden=True).passed


@pytest.mark.parametrize(
    "id, answer, expected",
    [
        ("build_vocabulary", lambda s: None, "returned-none"),
        ("build_vocabulary", lambda s: "saya", "returned-other"),
        ("build_vocabulary", lambda s: [b"saya"], "returned-other"),
        ("build_vocabulary", lambda: [], "signature"),
        ("encode", lambda s, v: None, "returned-none"),
        ("encode", lambda s, v: 3, None),
        ("shifted_windows", lambda n, length: n, "returned-number"),
        ("stateful_batches", lambda n, b, t: None, "returned-none"),
        ("stateful_batches", lambda n, b, t: [], None),
        ("stateful_batches", lambda n, b, t: [(n, n), (n[:2], n[None])], None),
        ("stateful_batches", lambda n, b, t: [n], "returned-other"),
        ("train_step", lambda *a: None, "returned-none"),
        ("train_step", lambda *a: (1.0, None), "returned-none"),
        ("train_step", lambda *a: ("1", a[4]), "returned-other"),
        ("draw_words", lambda l, t, u: l.numpy(), "returned-not-a-tensor"),
        ("predict", lambda *a: [], "returned-other"),
        ("predict", lambda *a: NotImplemented, "not-written"),
    ],
)
def test_a_wrong_kind_of_answer_gets_a_sentence_that_says_what_was_expected(id, answer, expected):
    result = check(f"ps2_rnn.{id}", answer)
    assert result.points <= 0.1 * result.max_points and result.findings
    ids = {finding.id for finding in result.findings}
    assert "check-failed" not in ids, str(result)
    assert expected is None or ids == {expected}, str(result)
    assert result._repr_mimebundle_()["text/html"]
