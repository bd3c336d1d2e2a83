# name: Yusuf Maulana
# language: id
# rest: solved
# about: batches as an ordinary loader makes them: the carried state meets another text
# %% stateful_batches
def stateful_batches(numbers, batch_size, length):
    jendela = [
        (numbers[s:s + length], numbers[s + 1:s + 1 + length])
        for s in range(0, len(numbers) - length, length)
    ]
    batch = []
    for k in range(0, len(jendela) - batch_size + 1, batch_size):
        baris = jendela[k:k + batch_size]
        batch.append((torch.stack([a for a, _ in baris]), torch.stack([b for _, b in baris])))
    return batch
