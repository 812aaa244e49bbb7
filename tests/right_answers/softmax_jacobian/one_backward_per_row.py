def softmax_jacobian(z, temperature=1.0):
    leaf = z.detach().clone().requires_grad_(True)
    p = torch.softmax(leaf / temperature, dim=-1)
    rows = [torch.autograd.grad(p[i], leaf, retain_graph=True)[0] for i in range(len(leaf))]
    return torch.stack(rows)
