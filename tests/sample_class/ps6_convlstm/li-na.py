# name: 李娜
# language: zh_CN
# rest: solved
# about: one mistake: the cells are in a plain list
# %% network
class ConvLSTM(nn.Module):
    def __init__(
        self, in_channels, hidden_channels, kernel_size, image_size, return_all_layers=False
    ):
        super().__init__()
        self.return_all_layers = return_all_layers
        self.cells = []
        for c_h in hidden_channels:
            self.cells.append(ConvLSTMCell(in_channels, c_h, kernel_size, image_size))
            in_channels = c_h

    def forward(self, input, states=None):
        states = list(states or [None] * len(self.cells))
        outputs = []
        for k, cell in enumerate(self.cells):
            steps = []
            for x_t in input.unbind(1):
                states[k] = cell(x_t, states[k])
                steps.append(states[k][0])
            input = torch.stack(steps, 1)
            outputs.append(input)
        return (outputs if self.return_all_layers else input), states
