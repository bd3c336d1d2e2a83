# name: 王伟
# language: zh_CN
# rest: solved
# about: one mistake: training goes on with the gradients of earlier steps
# %% train
def train(model, frames, held_out, steps, epochs):
    opt = torch.optim.Adam(model.parameters(), lr=0.02)
    errors = []
    for _ in range(epochs):
        for rows in torch.randperm(len(frames)).split(16):
            logits = model(frames[rows, :-steps], steps)
            loss = F.binary_cross_entropy_with_logits(logits, frames[rows, -steps:])
            loss.backward()
            opt.step()
        with torch.no_grad():
            guess = model(held_out[:, :-steps], steps).sigmoid()
            errors.append(F.mse_loss(guess, held_out[:, -steps:]).item())
    return errors
