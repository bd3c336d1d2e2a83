"""The figures in Python: torch's numbers, words in every language, pictures, clear refusals."""

import inspect
import json
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.figures import (
    CostCalculator,
    Equivariance,
    GateBoard,
    GradientFlow,
    NowcastViewer,
    SlidingKernel,
    TextPlayground,
    UnrolledRNN,
    WeightStack,
)
from course_lib.figures import base as frame
from course_lib.figures.still import signed
from course_lib.i18n import LANGUAGES, translator
from course_lib.layers import RNN
from tests.figures import FIGURES

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.mark.parametrize("figure", FIGURES)
def test_the_state_holds_every_word_in_every_language(figure, monkeypatch):
    monkeypatch.setattr(frame, "translator", lambda language: lambda text: f"{language}: {text}")
    words = figure().get_state()["words"]
    assert set(words) == set(LANGUAGES)
    for language, texts in words.items():
        assert set(texts) == set(frame.FRAME_WORDS | figure.WORDS)
        assert texts["question"] == f"{language}: {figure.WORDS['question']}"


@pytest.mark.parametrize("figure", FIGURES)
def test_every_word_is_said_somewhere_and_no_other_is_asked_for(figure):
    """A word without a reader, or a reader without its word, is a mistake."""
    own = frame.read(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", figure.__name__).lower() + ".js")
    drawing = frame.read("base.js") + own
    asked = set(re.findall(r'\bword\("(\w+)"', drawing))
    # Names that the page puts together: gates, presets, sizes, its own and its constants' lists.
    computed = set("ifgor") | set("IHP") | {key for key in figure.WORDS if "preset_" in key}
    computed |= set(re.findall(r'(?<=[\[ ])"(\w+)"(?=[,\]])', own))
    computed |= {name for listed in figure().constants.values() for name in _names(listed)}
    asked |= set(re.findall(r'\.words\("(\w+)"', inspect.getsource(figure)))  # in its picture
    assert asked - computed <= set(frame.FRAME_WORDS | figure.WORDS)
    assert set(figure.WORDS) - computed - {"title"} <= asked


def _names(listed):
    """The strings of a list, or the keys of a dict."""
    return (
        [name for name in listed if isinstance(name, str)]
        if isinstance(listed, list | dict)
        else []
    )


@pytest.mark.parametrize("hidden_size", [1, 2, 3])
@pytest.mark.parametrize("input_size", [1, 3])
@pytest.mark.parametrize("module", [torch.nn.RNN, RNN])
def test_unrolled_rnn_shows_the_numbers_of_the_torch_module_it_is_given(
    module, input_size, hidden_size
):
    rnn = module(input_size, hidden_size, batch_first=True).double()
    x = torch.rand(5, input_size, dtype=torch.float64) * 2 - 1
    figure = UnrolledRNN(x, rnn)
    oracle = torch.nn.RNN(input_size, hidden_size, batch_first=True).double()
    oracle.load_state_dict(rnn.state_dict())
    output, _ = oracle(x[None])
    torch.testing.assert_close(torch.tensor(figure.values["h"]).double(), output[0])
    total = torch.tensor(figure.values["sum"], dtype=torch.float64)
    torch.testing.assert_close(total.tanh(), output[0])
    parts = [torch.tensor(figure.values[part]).double() for part in ("from_x", "from_h")]
    torch.testing.assert_close(sum(parts) + rnn.bias_ih_l0 + rnn.bias_hh_l0, total)


def torch_board(i, f, o, feedback):
    """The gate board's LSTM built from ``nn.LSTM``: the numbers and |∂/∂x_1| by autograd."""
    constants = GateBoard().constants
    lstm = torch.nn.LSTM(4, 1, bias=False, batch_first=True).double()
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(torch.eye(4)[[1, 2, 0, 3]])
        lstm.weight_hh_l0.zero_()
        lstm.weight_hh_l0[2] = constants["feedback"] if feedback else 0.0
    x = torch.tensor(constants["x"], dtype=torch.float64, requires_grad=True)
    gates = [[constants["push"] * (1 if s == "O" else -1) for s in row] for row in (i, f, o)]
    values = {"h": [], "c": [], "dh": [], "dc": []}
    for t in range(len(x)):
        features = torch.stack([x, *torch.tensor(gates, dtype=torch.float64)], dim=1)
        _, (h, c) = lstm(features[None, : t + 1])
        for name, state in (("h", h), ("c", c)):
            values[name].append(state.item())
            (grad,) = torch.autograd.grad(state, x, retain_graph=True)
            values["d" + name].append(grad[0].abs().item())
    return values


def random_board(generator):
    bits = torch.randint(2, (3, 7), generator=generator).tolist()
    gates = {g: "".join("-O"[bit] for bit in row) for g, row in zip("ifo", bits, strict=True)}
    return gates | {"feedback": bool(torch.randint(2, (1,), generator=generator))}


def test_gate_board_has_the_values_and_sensitivities_of_nn_lstm():
    generator = torch.Generator().manual_seed(3)
    board = GateBoard()
    for _ in range(20):
        settings = random_board(generator)
        board.settings = settings
        wanted = torch_board(**settings)
        for name, numbers in wanted.items():
            assert board.values[name] == pytest.approx(numbers, abs=1e-12), (name, settings)


def test_the_presets_of_the_gate_board_do_what_their_names_say():
    def feel(preset, part):
        return [round(value, 6) > 0 for value in GateBoard(preset).values[part]]

    assert feel("last", "dh") == [False] * 6 + [True]
    assert [t + 1 for t, yes in enumerate(feel("answers", "dh")) if yes] == [4, 6]
    assert feel("reset", "dc") == [True] * 4 + [False] * 3
    assert all(feel("open", "dh")) and all(feel("open", "dc"))
    assert not any(feel("closed", "dc"))


def test_weight_stack_counts_the_parameters_of_nn_lstm_for_all_its_sizes():
    stack = WeightStack()
    for I in (1, 2, 7, 16):
        for H in range(2, 17):
            for P in {0, 1, H // 2, H - 1}:
                lstm = torch.nn.LSTM(I, H, proj_size=P)
                sizes = {"I": I, "H": H, "P": P or 1, "projection": P > 0}
                values = stack.compute(stack.clean(sizes))
                shapes = {name: list(p.shape) for name, p in lstm.named_parameters()}
                assert values["shapes"] == shapes
                assert list(values["shapes"]) == list(shapes)
                assert values["total"] == sum(p.numel() for p in lstm.parameters())
                plain = torch.nn.LSTM(I, H)
                assert values["without"] == sum(p.numel() for p in plain.parameters())


def random_window(generator):
    def draw(least, most):
        return int(torch.randint(least, most + 1, (1,), generator=generator))

    dims = draw(1, 2)
    return {
        "dims": dims,
        "kernel": [draw(-3, 3) for _ in range(4)],
        "image_kernel": [[draw(-3, 3) for _ in range(3)] for _ in range(3)],
        "K": draw(2, 4 if dims == 1 else 3),
        "padding": draw(0, 2),
        "stride": draw(1, 3),
        "dilation": draw(1, 2),
        "flip": bool(draw(0, 1)),
        "at": 0,
    }


def test_sliding_kernel_has_the_numbers_of_torch_and_the_matrix_of_its_derivatives():
    generator = torch.Generator().manual_seed(5)
    figure = SlidingKernel()
    x_of = {1: figure.constants["input"], 2: figure.constants["image"]}
    for _ in range(40):
        s = random_window(generator)
        figure.settings = s
        x = torch.tensor(x_of[s["dims"]], dtype=torch.float64)[None, None]
        axes = tuple(range(2, 2 + s["dims"]))
        w = torch.tensor(s["kernel"] if s["dims"] == 1 else s["image_kernel"]).double()
        w = w[(slice(s["K"]),) * s["dims"]][None, None]
        w = w.flip(axes) if s["flip"] else w
        torchs = {1: torch.nn.functional.conv1d, 2: torch.nn.functional.conv2d}[s["dims"]]
        options = {name: s[name] for name in ("stride", "padding", "dilation")}
        out = torchs(x, w, **options)[0, 0]
        assert figure.values["shape"] == list(out.shape)
        assert figure.values["out"] == out.flatten().tolist()
        slopes = torch.autograd.functional.jacobian(lambda x: torchs(x, w, **options), x)  # noqa: B023
        assert figure.values["matrix"] == slopes.view(out.numel(), x.numel()).tolist()


@pytest.mark.parametrize("dims", [1, 2])
def test_the_picture_of_the_kernel_follows_its_settings(dims):
    pictures = {
        SlidingKernel(dims, **settings).picture()
        for settings in ({}, {"flip": True}, {"padding": 2}, {"stride": 2}, {"dilation": 2})
    }
    assert len(pictures) == 5


class Tags(HTMLParser):
    """Counts what a piece of HTML opens and does not close."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.data = [], [], {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.seen.append((tag, dict(attributes)))

    def handle_startendtag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.data[self.open[-1]] = data


@pytest.mark.parametrize("figure", FIGURES)
def test_one_cell_output_holds_the_live_view_and_the_page_with_its_picture(figure):
    shown = figure()
    data, _ = shown._repr_mimebundle_()
    assert data[VIEW]["model_id"] == shown.model_id
    page = Tags(data["text/html"])
    assert not page.open
    assert json.loads(page.data["script"])["model_id"] == shown.model_id
    assert ("div", {"class": "course-still"}) in page.seen


@pytest.mark.parametrize("figure", FIGURES)
def test_the_picture_is_named_in_every_language_or_in_the_one_it_is_told(figure):
    spans = [a for tag, a in Tags(figure().html()).seen if tag == "span"]
    assert [span["lang"] for span in spans] == [key.replace("_", "-") for key in LANGUAGES]
    told = Tags(figure(language="id").html())
    assert not [tag for tag, attributes in told.seen if "lang" in attributes]
    assert told.data["p"] == translator("id")(figure.WORDS["title"]) != figure.WORDS["title"]


@pytest.mark.parametrize("figure", FIGURES)
def test_the_picture_draws_inside_its_frame(figure):
    root = ElementTree.fromstring(figure().picture())
    width, height = (float(root.get(side)) for side in ("width", "height"))
    boxes, texts = root.findall(".//{*}rect"), root.findall(".//{*}text")
    assert len(boxes) > 10 and len(texts) > 10
    for box in boxes:
        x, y, w, h = (float(box.get(name)) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= width and 0 <= y <= y + h <= height
    for text in texts:
        assert 0 <= float(text.get("x")) <= width and 0 < float(text.get("y")) <= height


@pytest.mark.parametrize("figure", FIGURES)
def test_the_page_module_stands_alone(figure):
    """It is imported from a Blob, so it may import nothing and export one thing."""
    code = figure()._esm
    assert not re.search(r"^import\b", code, re.M)
    assert re.findall(r"^export default", code, re.M) == ["export default"]
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", code + figure()._css)


@pytest.mark.parametrize("figure", FIGURES)
def test_the_kernel_answers_the_page_with_torch_and_refuses_in_one_sentence(figure):
    shown, sent = figure(), []
    shown.send = lambda message, buffers=None: sent.append(message)
    shown._handle_custom_msg({"ask": 4, "settings": shown.settings}, [])
    shown._handle_custom_msg({"ask": 5, "settings": {"colour": "blue"}}, [])
    shown._handle_custom_msg({"ask": 6, "settings": None}, [])
    shown._handle_custom_msg("not a question", [])
    assert sent[0] == {"answer": 4, "values": shown.compute(shown.settings)}
    assert [message["answer"] for message in sent[1:]] == [5, 6]
    assert all(message["error"].endswith(".") for message in sent[1:])


@pytest.mark.parametrize("figure", FIGURES)
def test_moving_a_figure_from_python_moves_its_values(figure):
    shown = figure()
    before = json.dumps(shown.values)
    moved = {
        UnrolledRNN: lambda: shown.settings | {"x": [[0.0, 0.0]] * 6},
        GateBoard: lambda: shown.settings | {"o": "OOOOOOO"},
        WeightStack: lambda: shown.settings | {"H": 9},
        TextPlayground: lambda: shown.settings | {"temperature": 0.3},
        GradientFlow: lambda: shown.settings | {"rho": 1.2},
        NowcastViewer: lambda: shown.settings | {"film": 2},
        SlidingKernel: lambda: shown.settings | {"flip": True},
        Equivariance: lambda: shown.settings | {"dx": 2},
        CostCalculator: lambda: shown.settings | {"c": 4},
    }[figure]()
    shown.settings = moved
    assert json.dumps(shown.values) != before
    assert shown.values == shown.compute(moved)


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda: GateBoard("forever"), "forever"),
        (lambda: GateBoard(i="OO"), "'OO'"),
        (lambda: GateBoard(o=None), "None"),
        (lambda: GateBoard(g="OOOOOOO"), "g"),
        (lambda: GateBoard(language="fr"), "fr"),
        (lambda: WeightStack(H=1), "H"),
        (lambda: SlidingKernel(3), "dims"),
        (lambda: SlidingKernel(2, K=4), "K"),
        (lambda: SlidingKernel(kernel=[1, 2, 3]), "kernel"),
        (lambda: SlidingKernel(kernel=[1, 2, 3, 0.5]), "kernel"),
        (lambda: SlidingKernel(image_kernel=7), "image_kernel"),
        (lambda: SlidingKernel(stride=0), "stride"),
        (lambda: SlidingKernel(padding=0, at=5), "at"),
        (lambda: WeightStack(H=5, P=5), "P"),
        (lambda: WeightStack(I=2.5), "2.5"),
        (lambda: WeightStack(I=True), "True"),
        (lambda: Equivariance(10), "10"),
        (lambda: Equivariance(dx=7), "dx"),
        (lambda: Equivariance(kernel="round"), "round"),
        (lambda: CostCalculator("films"), "films"),
        (lambda: CostCalculator(s=4), "odd"),
        (lambda: CostCalculator(n=1024, c=17), "n must"),
        (lambda: CostCalculator(layer="deep"), "deep"),
        (lambda: CostCalculator("vectors", n=3), "n"),
        (lambda: UnrolledRNN([[1.0]]), "(1, 1)"),
        (lambda: UnrolledRNN([[0.5, 9.0]]), "2"),
        (lambda: NowcastViewer("layers-3"), "layers-2"),
        (lambda: NowcastViewer(film=7), "7"),
        (lambda: NowcastViewer(t=0), "t"),
        (lambda: TextPlayground(corpus="fr"), "fr"),
        (lambda: TextPlayground(""), "120"),
        (lambda: TextPlayground("peace " * 121), "120"),
        (lambda: TextPlayground(temperature=2.5), "2.5"),
        (lambda: TextPlayground(temperature="hot"), "hot"),
        (lambda: UnrolledRNN(t=7), "7"),
        (lambda: UnrolledRNN(rnn=torch.nn.RNN(2, 3, num_layers=2)), "one layer"),
        (lambda: UnrolledRNN(rnn=torch.nn.LSTM(2, 3)), "one layer"),
        (lambda: UnrolledRNN([["a", "b"]]), "inputs"),
    ],
)
def test_a_figure_refuses_what_it_cannot_show_and_names_it(build, named):
    with pytest.raises(CourseError) as refusal:
        build()
    sentence = str(refusal.value)
    assert named in sentence and sentence.endswith(".") and "{" not in sentence


def test_the_picture_of_the_board_shows_which_gates_are_closed():
    closed = [
        GateBoard(preset).picture().count("sign off") for preset in ("open", "reset", "closed")
    ]
    assert closed == [0, 6, 21]


def test_the_stack_points_at_a_projection_only_while_there_is_one():
    stack = WeightStack(projection=True)
    stack.settings = stack.settings | {"tensor": "weight_hr"}
    assert stack.settings["tensor"] == "weight_hr"
    stack.settings = stack.settings | {"projection": False}
    assert stack.settings["tensor"] == "weight_hh"


def test_numbers_have_a_real_minus_sign_and_zero_has_none():
    assert [signed(value) for value in (-1.5, 0.25, -0.001)] == ["−1.50", "0.25", "0.00"]


def test_a_figure_speaks_the_language_it_is_told():
    assert GateBoard(language="zh-CN").language == "zh_CN"
    assert GateBoard().language == ""
