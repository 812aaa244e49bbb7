def dot_product_variance(d):
    return sum(1.0 for _ in range(d)) / d
