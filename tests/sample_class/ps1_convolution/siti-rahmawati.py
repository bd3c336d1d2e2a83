# name: Siti Rahmawati
# language: id
# rest: solved
# about: everything right, in her own way
# %% conv1d
def conv1d(x, weight, bias=None, padding=0):
    nol = x.new_zeros(x.shape[0], x.shape[1], padding)
    x = torch.cat([nol, x, nol], dim=2)
    K = weight.shape[2]
    hasil = []
    for i in range(x.shape[2] - K + 1):
        petak = x[:, :, i : i + K]
        hasil.append(torch.einsum("bck,ock->bo", petak, weight))
    hasil = torch.stack(hasil, dim=2)
    if bias is not None:
        hasil = hasil + bias.reshape(1, -1, 1)
    return hasil
# %% why_cross_correlation
# Jaringan mempelajari kernelnya sendiri, jadi kalau kernelnya harus diputar,
# pelatihan akan menemukan kernel yang sudah diputar. Bedanya terasa kalau kernelnya
# kita ambil dari buku pengolahan sinyal: pendeteksi tepi akan menunjuk arah sebaliknya.
# %% why_shared_weights
# Kalau masukan digeser, keluaran ikut tergeser sama jauh, karena bobotnya sama di
# semua posisi. Padding nol merusaknya di dekat tepi.
