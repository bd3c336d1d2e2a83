# name: María González
# language: en
# rest: solved
# about: registers the peepholes and leaves the output gate as it was; a witness of NaN
# %% mend_e
class MendedE(nn.Module):
    def __init__(
        self, in_channels, hidden_channels, kernel_size, height, width
    ):
        super().__init__()
        C, D, K = in_channels, hidden_channels, kernel_size
        self.w_x = nn.Parameter(torch.randn(4 * D, C, K, K) * 0.1)
        self.w_h = nn.Parameter(torch.randn(4 * D, D, K, K) * 0.1)
        self.b = nn.Parameter(torch.zeros(4 * D))
        self.w_ci = nn.Parameter(torch.zeros(D, height, width))
        self.w_cf = nn.Parameter(torch.zeros(D, height, width))
        self.w_co = nn.Parameter(torch.zeros(D, height, width))

    def forward(self, x, state):
        h, c = state
        pad = self.w_x.shape[-1] // 2
        sums = conv2d(x, self.w_x, self.b, padding=pad) + conv2d(h, self.w_h, padding=pad)
        i, f, g, o = sums.chunk(4, dim=1)
        i = torch.sigmoid(i + self.w_ci * c)
        f = torch.sigmoid(f + self.w_cf * c)
        o = torch.sigmoid(o + self.w_co * c)
        c = f * c + i * torch.tanh(g)
        return o * torch.tanh(c), c
# %% expose_e
def expose_e():
    x, h, c = torch.full((1, 1, 4, 3), float("nan")), torch.ones(1, 2, 4, 3), torch.ones(1, 2, 4, 3)
    maps = torch.ones(2, 4, 3)
    return (x, h, c, maps, maps, maps), (x, h, c, maps, maps, maps)
