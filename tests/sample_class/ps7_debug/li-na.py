# name: 李娜
# language: zh_CN
# rest: solved
# about: turns the reverse half and then takes its last place; one statement too many
# %% name_d
def name_d():
    return "BCDFG"
# %% mend_d
def mended_d(input, h_0, params, params_reverse):
    def read(inputs, h, w_ih, w_hh, b_ih, b_hh):
        states = []
        for x in inputs.unbind(1):
            h = torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
            states.append(h)
        return torch.stack(states, 1)

    if h_0 is None:
        h_0 = input.new_zeros(2, len(input), params[1].shape[1])
    forward = read(input, h_0[0], *params)
    reverse = read(input.flip(1), h_0[1], *params_reverse).flip(1)   # 按时间顺序
    output = torch.cat([forward, reverse], 2)
    return output, torch.stack([output[:, -1, : forward.shape[2]], reverse[:, -1]])
