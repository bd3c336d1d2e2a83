# name: Dewi Lestari
# language: id
# rest: solved
# about: the state is not carried from step to step
# %% lstm_forward
def lstm_forward(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    if initial_states is None:
        h_0 = input.new_zeros(len(input), w_hh.shape[1])
        c_0 = input.new_zeros(len(input), w_ih.shape[0] // 4)
    else:
        h_0, c_0 = initial_states
    output = []
    for t in range(input.shape[1]):
        h, c = lstm_cell(input[:, t], (h_0, c_0), w_ih, w_hh, b_ih, b_hh, w_hr)
        output.append(h)
    return torch.stack(output, dim=1), (h, c)
