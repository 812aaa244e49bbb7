import numpy as np


def dot_product_variance(d):
    return float(np.sqrt(np.ones(d).sum()))
