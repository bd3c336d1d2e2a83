# name: María González
# language: en
# rest: solved
# about: begins with zeros although states are given
# %% lstm_forward
def lstm_forward(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h = input.new_zeros(len(input), w_hh.shape[1])
    c = input.new_zeros(len(input), w_ih.shape[0] // 4)
    output = []
    for t in range(input.shape[1]):
        h, c = lstm_cell(input[:, t], (h, c), w_ih, w_hh, b_ih, b_hh, w_hr)
        output.append(h)
    return torch.stack(output, dim=1), (h, c)
