# name: Hendra Gunawan
# language: id
# rest: solved
# about: plain tensors instead of parameters
# %% LSTM
class LSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__()
        self.batch_first = batch_first
        k = hidden_size ** -0.5

        def acak(*ukuran):
            return torch.empty(*ukuran).uniform_(-k, k).requires_grad_()

        self.weight_ih_l0 = acak(4 * hidden_size, input_size)
        self.weight_hh_l0 = acak(4 * hidden_size, proj_size or hidden_size)
        self.bias_ih_l0 = acak(4 * hidden_size)
        self.bias_hh_l0 = acak(4 * hidden_size)
        self.weight_hr_l0 = acak(proj_size, hidden_size) if proj_size else None

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
