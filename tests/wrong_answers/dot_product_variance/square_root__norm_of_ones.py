def dot_product_variance(d):
    return torch.ones(d, dtype=torch.float64).norm().item()
