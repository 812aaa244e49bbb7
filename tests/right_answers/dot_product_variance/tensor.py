def dot_product_variance(d):
    return torch.tensor(float(d))
