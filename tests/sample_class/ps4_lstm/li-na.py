# name: 李娜
# language: zh_CN
# rest: solved
# about: right, the input's products for all time steps at once
# %% lstm_forward
def lstm_forward(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    B, T, _ = input.shape
    H = len(w_ih) // 4
    if initial_states is None:
        h = input.new_zeros((B, w_hh.shape[1]))
        c = input.new_zeros((B, H))
    else:
        h, c = initial_states
    xs = input @ w_ih.T + b_ih + b_hh             # 所有时间步一次算完
    outputs = []
    for x_t in xs.unbind(1):
        i, f, g, o = (x_t + h @ w_hh.T).split(H, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        if w_hr is not None:
            h = h @ w_hr.T
        outputs.append(h)
    return torch.stack(outputs, 1), (h, c)
