# name: 刘洋
# language: zh_CN
# rest: solved
# about: detaches the state in every step: no gradient through time
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
        h, c = h.detach(), c.detach()
    return torch.stack(output, dim=1), (h, c)
