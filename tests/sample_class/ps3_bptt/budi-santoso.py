# name: Budi Santoso
# language: id
# rest: solved
# about: right, all steps' sums first and one product for each weight after the loop
# %% rnn_backward
def rnn_backward(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    before = torch.cat([h_0.unsqueeze(1), output[:, :-1]], dim=1)
    slope = 1 - output * output
    da = torch.empty_like(output)
    dh = torch.zeros_like(h_0)
    for t in reversed(range(output.shape[1])):
        da[:, t] = (grad_output[:, t] + dh) * slope[:, t]
        dh = da[:, t] @ w_hh
    # semua langkah sekaligus
    dw_ih = torch.einsum("bth,bti->hi", da, input)
    dw_hh = torch.einsum("bth,btk->hk", da, before)
    db = da.sum(dim=(0, 1))
    return da @ w_ih, dh, dw_ih, dw_hh, db, db.clone()
# %% vanishing
# 1. Dengan gain 0.5 angkanya menjadi setengah di setiap langkah, dengan 1.0 tetap sekitar 0.89,
# dengan 1.2 naik kira-kira seperlima. Setiap langkah mengalikan dengan diag(1 - h^2) W_hh.
# 2. Masukan besar membuat unit jenuh, kemiringan tanh hampir nol, jadi gradien hilang.
# 3. Pemotongan norma hanya membatasi panjang langkah. Yang sudah hilang tidak kembali.
