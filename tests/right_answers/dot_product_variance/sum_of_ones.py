def dot_product_variance(d: int) -> float:
    # Var(q_i k_i) = E[q_i^2] E[k_i^2] - 0 = 1, and the d terms are independent
    variance_of_one_term = 1.0 * 1.0 - 0.0**2
    return sum(variance_of_one_term for _ in range(d))
