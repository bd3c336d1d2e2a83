# name: Siti Rahmawati
# language: id
# rest: solved
# about: right, F.linear, flip by index, a generator of batches, and an answer to the question
# %% rnn_cell
from torch.nn import functional as F


def rnn_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    return (F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh)).tanh()
# %% bidirectional
def bidirectional_rnn_forward(input, h_0, params, params_reverse):
    balik = torch.arange(input.shape[1] - 1, -1, -1)
    if h_0 is None:
        h_0 = [None, None]
    maju, h_maju = rnn_forward(input, h_0[0], *params)
    mundur, h_mundur = rnn_forward(input[:, balik], h_0[1], *params_reverse)
    return torch.cat((maju, mundur[:, balik]), -1), torch.stack((h_maju, h_mundur))
# %% stateful_batches
def stateful_batches(numbers, batch_size, length):
    n = (len(numbers) - 1) // batch_size
    masuk = numbers[:n * batch_size].view(batch_size, n)
    sasaran = numbers[1:n * batch_size + 1].view(batch_size, n)
    for k in range(n // length):
        yield masuk[:, k * length:(k + 1) * length], sasaran[:, k * length:(k + 1) * length]
# %% question_detach
# (a) Cukup `h_n`: keadaan terakhir sudah melewati semua langkah waktu. (b) Tanpa pemotongan,
# `backward` berikutnya masuk ke graf batch sebelumnya yang sudah dibuang, jadi torch berhenti
# dengan galat. Akibat pemotongan, gradien tidak melewati batas batch: jaringan tidak dapat
# belajar menyimpan sesuatu yang baru berguna di batch berikutnya.
