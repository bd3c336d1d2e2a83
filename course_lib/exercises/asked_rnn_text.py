"""How the words and batches of the language model are asked for, and what comes back.

Words become numbers here, because an observation consists of tensors.
"""

from zlib import crc32

import torch
from torch import Tensor

from course_lib.exercises.spec import Case, Item, Unexpected
from course_lib.i18n import _

_spelt: dict[int, str] = {}


def as_numbers(words) -> Tensor:
    """A number for every word, the same in every process."""
    if len(_spelt) > 20_000:
        _spelt.clear()
    numbers = [crc32(word.encode("utf-8", "surrogatepass")) for word in words]
    _spelt.update(zip(numbers, words, strict=True))
    return torch.tensor(numbers, dtype=torch.int64)


def spell(number: float) -> str:
    """The word that a number of ``as_numbers`` stands for, in quotes."""
    return f'"{_spelt.get(int(number), "?")[:60]}"'


def unexpected(item: Item, returned, wanted: str) -> Unexpected:
    if returned is None:
        text = _("{name} returned None. Does every path through your code end with return?")
        return Unexpected("error", "returned-none", text.format(name=item.name))
    text = _("{name} should return {wanted}; it returned a value of type {type}.")
    said = text.format(name=item.name, wanted=wanted, type=type(returned).__name__)
    return Unexpected("error", "returned-other", said)


def vocabulary(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """The words of ``build_vocabulary``, in order; in any order; and how many."""
    words = candidate(list(case.options["sentences"]))
    if words is NotImplemented:
        raise NotImplementedError
    wanted = _("a list of words")
    if not isinstance(words, (list, tuple)):
        raise unexpected(item, words, wanted)
    for word in words:
        if not isinstance(word, str):
            text = _("{name} should return {wanted}; it returned a list of values of type {type}.")
            said = text.format(name=item.name, wanted=wanted, type=type(word).__name__)
            raise Unexpected("shape", "returned-other", said)
    return {
        "words": as_numbers(words),
        "set(words)": as_numbers(sorted(set(words))),
        "len(words)": torch.tensor(float(len(words))),
    }


def vocabulary_again(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """The same, after a call with other sentences."""
    vocabulary(item, candidate, case)
    other = Case(case.id, case.sizes, {}, {"sentences": ["lain sekali", "lain lagi"]})
    vocabulary(item, candidate, other)
    return vocabulary(item, candidate, case)


def sentences_after(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """The given sentences, as the call leaves them."""
    sentences = list(case.options["sentences"])
    candidate(sentences)
    return {"sentences": as_numbers(sentences)}


def vocabulary_after(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """The given vocabulary, as ``encode`` leaves it."""
    words = list(case.options["vocabulary"])
    candidate(case.options["sentence"], words)
    return {"vocabulary": as_numbers(words)}


def batches_in_order(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """The batches of ``stateful_batches`` one after the other, inputs and targets (K, B, T)."""
    pairs = pairs_of(item, candidate, case, case.tensors["numbers"].clone())
    return {
        "inputs": stacked([inputs for inputs, _targets in pairs]),
        "targets": stacked([targets for _inputs, targets in pairs]),
    }


def pairs_of(item: Item, candidate, case: Case, numbers: Tensor) -> list:
    """What comes back as a list of pairs, also when the pairs come one by one."""
    returned = candidate(numbers, case.options["batch_size"], case.options["length"])
    if returned is NotImplemented:
        raise NotImplementedError
    wanted = _("a list of pairs (inputs, targets)")
    if isinstance(returned, (Tensor, str, dict)) or not hasattr(returned, "__iter__"):
        raise unexpected(item, returned, wanted)
    pairs = [pair for pair, _k in zip(returned, range(10_000), strict=False)]
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise unexpected(item, pair, wanted)
        for part in pair:
            if not isinstance(part, Tensor):
                raise unexpected(item, part, wanted)
    return pairs


def batches(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """The same batches in an order of their own, so that only their contents count."""
    found = batches_in_order(item, candidate, case)
    inputs = found["inputs"].flatten(1).tolist()
    order = sorted(range(len(inputs)), key=inputs.__getitem__)
    return {name: tensor[order] for name, tensor in found.items()}


def numbers_after(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """The given numbers, as the call leaves them."""
    numbers = case.tensors["numbers"].clone()
    pairs_of(item, candidate, case, numbers)
    return {"numbers": numbers}


def stacked(tensors: list[Tensor]) -> Tensor:
    """One tensor (K, ...); smaller ones are filled up with -1."""
    if not tensors:
        return torch.zeros(0, 0, 0, dtype=torch.int64)
    most = max(tensor.ndim for tensor in tensors)
    tensors = [t.detach()[(...,) + (None,) * (most - t.ndim)] for t in tensors]
    size = [max(t.shape[axis] for t in tensors) for axis in range(most)]
    full = tensors[0].new_full((len(tensors), *size), -1)
    for place, tensor in zip(full, tensors, strict=True):
        place[tuple(slice(n) for n in tensor.shape)] = tensor
    return full
