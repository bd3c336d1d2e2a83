# name: Siti Rahmawati
# language: id
# about: right, gates in columns
# %% lstm_cell
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    gerbang = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = gerbang.chunk(4, dim=1)
    i = torch.sigmoid(i)
    f = torch.sigmoid(f)
    g = torch.tanh(g)
    o = torch.sigmoid(o)
    c = f * c + i * g
    h = o * torch.tanh(c)
    if w_hr is not None:
        h = h @ w_hr.T
    return h, c
# %% lstm_forward
def lstm_forward(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    if initial_states is None:
        h = input.new_zeros(len(input), w_hh.shape[1])
        c = input.new_zeros(len(input), w_ih.shape[0] // 4)
    else:
        h, c = initial_states
    output = []
    for t in range(input.shape[1]):
        h, c = lstm_cell(input[:, t], (h, c), w_ih, w_hh, b_ih, b_hh, w_hr)
        output.append(h)
    return torch.stack(output, dim=1), (h, c)
# %% LSTM
class LSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__()
        self.batch_first = batch_first
        k = hidden_size ** -0.5
        keluar = proj_size or hidden_size

        def bobot(*ukuran):
            return nn.Parameter(torch.empty(*ukuran).uniform_(-k, k))

        self.weight_ih_l0 = bobot(4 * hidden_size, input_size)
        self.weight_hh_l0 = bobot(4 * hidden_size, keluar)
        self.bias_ih_l0 = bobot(4 * hidden_size)
        self.bias_hh_l0 = bobot(4 * hidden_size)
        self.weight_hr_l0 = bobot(proj_size, hidden_size) if proj_size else None

    def forward(self, input, states=None):
        if not self.batch_first:
            input = input.transpose(0, 1)
        if states is not None:
            states = states[0][0], states[1][0]
        output, (h_n, c_n) = lstm_forward(
            input, states, self.weight_ih_l0, self.weight_hh_l0,
            self.bias_ih_l0, self.bias_hh_l0, self.weight_hr_l0)
        if not self.batch_first:
            output = output.transpose(0, 1)
        return output, (h_n[None], c_n[None])
# %% forget_gate_of_one
# Keadaan selnya tidak pernah berubah: $c_t = 1\cdot c_{t-1} + 0$. Keadaan tersembunyinya masih
# dapat berubah, karena gerbang keluaran bisa membuka dan menutup.
#
# Gradien dari $c_T$ sampai ke $c_0$ secara utuh. Dengan $0.9$ tinggal $0.9^{100}$, hampir nol.
