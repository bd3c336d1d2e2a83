# name: Fatima Al-Zahra
# language: en
# rest: solved
# about: batch_first is stored and never used
# %% LSTM
class LSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__()
        self.batch_first = batch_first
        bound = 1 / hidden_size ** 0.5
        shapes = {"weight_ih_l0": (4 * hidden_size, input_size),
                  "weight_hh_l0": (4 * hidden_size, proj_size or hidden_size),
                  "bias_ih_l0": (4 * hidden_size,),
                  "bias_hh_l0": (4 * hidden_size,)}
        if proj_size:
            shapes["weight_hr_l0"] = (proj_size, hidden_size)
        self.names = list(shapes)
        for name, shape in shapes.items():
            value = torch.empty(shape).uniform_(-bound, bound)
            self.register_parameter(name, nn.Parameter(value))

    def forward(self, input, states=None):
        weights = [getattr(self, name) for name in self.names]
        if states is not None:
            states = (states[0].squeeze(0), states[1].squeeze(0))
        output, (h_n, c_n) = lstm_forward(input.transpose(0, 1), states, *weights)
        return output.transpose(0, 1), (h_n.unsqueeze(0), c_n.unsqueeze(0))
