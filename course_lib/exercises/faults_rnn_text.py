"""The data of the language model, with a switch for every known mistake: words, windows, batches.

``on`` is the set of switches that are thrown. With none on, it is right.
"""

from collections import Counter
from string import punctuation

import torch
from torch import Tensor

UNKNOWN = "<unk>"


def build_vocabulary(on: frozenset[str], sentences) -> list[str]:
    """Sentences -> ["<unk>", the most frequent word, ...]; ties in the order of appearance."""
    if "first-sentence-only" in on:
        sentences = sentences[:1]
    if "sorts-sentences" in on:
        sentences.sort()
    if "not-lowered" not in on:
        sentences = [sentence.lower() for sentence in sentences]
    split = (lambda s: s.split(" ")) if "empty-words" in on else str.split
    if "signs-stripped" in on:
        sentences = [" ".join(w.strip(punctuation) for w in split(s)) for s in sentences]
    words = [word for sentence in sentences for word in split(sentence)]
    if "characters" in on:
        words = [letter for sentence in sentences for letter in sentence]
    counted = words
    if "counts-sentences" in on:
        counted = [word for sentence in sentences for word in set(split(sentence))]
    order = ordered(on, words, Counter(counted))
    if "words-repeated" in on:
        return [UNKNOWN, *sorted(words, key=order.index)]
    if "rare-left-out" in on:
        order = [word for word in order if words.count(word) > 1]
    if "unknown-missing" in on:
        return order
    return [*order, UNKNOWN] if "unknown-last" in on else [UNKNOWN, *order]


def ordered(on, words, counts) -> list[str]:
    """The different words, the most frequent first, then the one that appears first."""
    seen = list(dict.fromkeys(words))
    if "by-appearance" in on:
        return seen
    if "by-alphabet" in on:
        return sorted(seen)
    if "rarest-first" in on:
        return sorted(seen, key=lambda word: counts[word])
    if "ties-by-alphabet" in on:
        return sorted(seen, key=lambda word: (-counts[word], word))
    if "ties-backwards" in on:
        return sorted(seen, key=lambda word: (-counts[word], -seen.index(word)))
    if "by-length" in on:
        return sorted(seen, key=lambda word: -len(word))
    return sorted(seen, key=lambda word: -counts[word])


def encode(on: frozenset[str], sentence, vocabulary) -> Tensor:
    """A sentence -> the numbers of its words in the vocabulary, (T) int64; 0 for unknown ones."""
    words = (sentence if "encode-not-lowered" in on else sentence.lower()).split()
    if "encode-characters" in on:
        words = list(sentence.lower())
    if "signs-stripped" in on:
        words = [word.strip(punctuation) for word in words]
    number = {word: k for k, word in enumerate(vocabulary)}
    if "adds-unknown" in on:
        vocabulary += [w for w in dict.fromkeys(words) if w not in number]
        number = {word: k for k, word in enumerate(vocabulary)}
    if "unknown-words" in on:
        numbers = [vocabulary.index(word) for word in words]
    elif "unknown-skipped" in on:
        numbers = [number[word] for word in words if word in number]
    else:
        other = {"unknown-as-last": len(vocabulary) - 1, "unknown-as-new": len(vocabulary)}
        other |= {"unknown-as-minus-one": -1}
        missing = next((other[switch] for switch in other if switch in on), 0)
        numbers = [number.get(word, missing) for word in words]
    if "counts-from-one" in on:
        numbers = [k + 1 for k in numbers]
    if "skips-unknown-entry" in on:
        numbers = [k - 1 for k in numbers]
    if "encode-sorted" in on:
        numbers = sorted(numbers)
    if "encode-once" in on:
        numbers = list(dict.fromkeys(numbers))
    if "encode-float" in on:
        return torch.tensor(numbers, dtype=torch.float32)
    if "one-hot" in on:
        return torch.nn.functional.one_hot(torch.tensor(numbers), len(vocabulary))
    return torch.tensor(numbers) if "empty-float" in on else torch.tensor(numbers).long()


def shifted_windows(on: frozenset[str], numbers, length: int) -> tuple[Tensor, Tensor]:
    """numbers (N), a length T -> inputs (N - T, T), targets (N - T, T): one word later."""
    shift = 1
    if "targets-equal" in on:
        shift = 0
    if "shift-two" in on:
        shift = 2
    starts = range(0, len(numbers) - length, length if "windows-apart" in on else 1)
    if "shift-two" in on:
        starts = range(len(numbers) - length - 1)
    if "one-window-short" in on:
        starts = range(len(numbers) - length - 1)
    if "window-grows" in on:
        starts = range(len(numbers) - length + 1)
        numbers = torch.cat([numbers, numbers[:1]])
    if "half-overlap" in on:
        starts = range(0, len(numbers) - length, max(1, length // 2))
    if "numbers-in-place" in on:
        numbers.sub_(1)
    inputs = torch.stack([numbers[s : s + length] for s in starts])
    targets = torch.stack([numbers[s + shift : s + shift + length] for s in starts])
    if "targets-before" in on:
        inputs, targets = targets, inputs
    if "next-word-only" in on:
        targets = targets[:, -1]
    if "windows-transposed" in on:
        inputs, targets = inputs.T, targets.T
    if "targets-rolled" in on:
        targets = inputs.roll(-1, 1)
    if "windows-float" in on:
        inputs, targets = inputs.float(), targets.float()
    return inputs, targets


def stateful_batches(on: frozenset[str], numbers, batch_size: int, length: int) -> list:
    """numbers (N) -> a list of (inputs (B, T), targets (B, T)); row b goes on in the next pair."""
    if "sizes-exchanged" in on:
        batch_size, length = length, batch_size
    per_row = (len(numbers) - 1) // batch_size
    if "row-ends-early" in on:
        per_row = len(numbers) // batch_size
    kept = per_row * batch_size
    inputs, targets = numbers[:kept], numbers[1 : kept + 1]
    if "batch-targets-equal" in on:
        targets = inputs
    if "batch-shift-two" in on:
        targets = torch.cat([numbers, numbers[:1]])[2 : kept + 2]
    if "columns" in on:
        inputs, targets = (t.reshape(per_row, batch_size).T for t in (inputs, targets))
    else:
        inputs = inputs.reshape(batch_size, per_row)
        if "row-ends-early" in on:
            inputs, targets = inputs[:, :-1], inputs[:, 1:]
        else:
            targets = targets.reshape(batch_size, per_row)
    if "row-rolled" in on:
        targets = inputs.roll(-1, 1)
    per_row = inputs.shape[1]
    starts = range(0, per_row - length + 1, length)
    if "windows-overlap" in on:
        starts = range(per_row - length + 1)
    if "first-window-lost" in on:
        starts = starts[1:]
    if "last-window-lost" in on:
        starts = starts[:-1]
    if "last-window-short" in on:
        starts = range(0, per_row, length)
    pairs = [(inputs[:, s : s + length], targets[:, s : s + length]) for s in starts]
    if "rows-follow-each-other" in on:
        pairs = followed(numbers, batch_size, length)
    if "batches-swapped" in on:
        pairs = [(target, input) for input, target in pairs]
    if "batches-transposed" in on:
        pairs = [(input.T, target.T) for input, target in pairs]
    if "last-target-only" in on:
        pairs = [(input, target[:, -1]) for input, target in pairs]
    if "shuffled" in on:
        pairs = [pairs[k] for k in torch.randperm(len(pairs))]
    return pairs[::-1] if "batches-reversed" in on else pairs


def followed(numbers, batch_size: int, length: int) -> list:
    """Windows one after the other, put into batches as they come, as an ordinary loader does."""
    count = (len(numbers) - 1) // length // batch_size * batch_size
    shape = (-1, batch_size, length)
    inputs = numbers[: count * length].reshape(shape)
    targets = numbers[1 : count * length + 1].reshape(shape)
    return list(zip(inputs, targets, strict=True))
