from einops import rearrange


def sinusoidal_positions(t, m):
    if m % 2 != 0:
        raise ValueError("m must be even")
    angles = torch.einsum("t,i->ti", torch.arange(t).float(), 1 / 10000 ** (torch.arange(0, m, 2).float() / m))
    return rearrange([angles.sin(), angles.cos()], "two t i -> t (i two)")
