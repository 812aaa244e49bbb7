def attention_with_temperature(q, k, v, temperature):
    w = softmax(q @ k.mT / q.shape[-1] ** 0.5, temperature)
    return w @ v, w
