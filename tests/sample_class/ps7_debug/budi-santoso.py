# name: Budi Santoso
# language: id
# rest: solved
# about: right, F.linear and other witnesses
# %% mend_a
from torch.nn import functional as F


class MendedA(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        batas = 1 / hidden_size**0.5
        for nama, bentuk in (("weight_ih", (4 * hidden_size, input_size)),
                             ("weight_hh", (4 * hidden_size, hidden_size)),
                             ("bias_ih", (4 * hidden_size,)),
                             ("bias_hh", (4 * hidden_size,))):
            awal = torch.rand(bentuk) * 2 * batas - batas
            self.register_parameter(nama, nn.Parameter(awal))

    def forward(self, x, state):
        h, c = state
        a = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        i, f, g, o = a.chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c
# %% expose_a
def expose_a():
    pertama = torch.rand(7, 2), torch.rand(7, 3), torch.rand(7, 3)
    kedua = torch.rand(2, 5) + 1, torch.zeros(2, 2), torch.zeros(2, 2)
    return pertama, kedua
# %% expose_e
def expose_e():
    x, h, c = torch.rand(1, 1, 4, 3) + 1, torch.rand(1, 2, 4, 3), torch.rand(1, 2, 4, 3) + 1
    peta = 3 * torch.ones(2, 4, 3)
    return (x, h, c, peta, peta, peta), (x, h, c, peta, peta, 0 * peta)
