# name: Kwame Mensah
# language: en
# rest: solved
# about: two mistakes in cell A: the candidate, and no tanh in h
# %% mend_a
class MendedA(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        bound = hidden_size**-0.5

        def parameter(*shape):
            return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))

        self.weight_ih = parameter(4 * hidden_size, input_size)
        self.weight_hh = parameter(4 * hidden_size, hidden_size)
        self.bias_ih = parameter(4 * hidden_size)
        self.bias_hh = parameter(4 * hidden_size)

    def forward(self, x, state):
        h, c = state
        sums = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = torch.sigmoid(sums).chunk(4, dim=1)
        g = o * c
        c = f * c + i * g
        h = o * c
        return h, c
