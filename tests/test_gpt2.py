"""The reference classes of lab 2 against others' work: PyTorch's own layers, and the GPT-2 of transformers."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from transformers import GPT2Config, GPT2LMHeadModel, GPT2Model

from autograder import reference
from helpers import load_gpt2_weights

LAB = "02_transformer_block"
SIZES = {"n_layer": 3, "n_embd": 20, "n_head": 5, "vocab_size": 37, "n_positions": 64}


@pytest.fixture(scope="module")
def lab():
    """The solution cells' objects."""
    namespace = {}
    exec(reference.PRELUDE, namespace)
    for earlier in ("01_self_attention", LAB):
        for source in reference.sources(earlier).values():
            exec(source, namespace)
    return namespace


def config(**changes):
    # A wide start: at the usual 0.02 all weights of an attention row would be nearly equal, and hide mistakes.
    return GPT2Config(**SIZES | changes, initializer_range=0.35, bos_token_id=None, eos_token_id=None)


@pytest.fixture(scope="module")
def library():
    torch.manual_seed(3)
    model = GPT2LMHeadModel(config()).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:  # gains of 1 and biases of 0 would hide one that is not copied
                parameter.add_(0.3 * torch.randn_like(parameter))
    return model


@pytest.fixture(scope="module")
def gpt(lab, library):
    torch.manual_seed(4)
    model = lab["GPT"](3, 20, 5, 37, 64)
    load_gpt2_weights(model, library.state_dict())
    return model


@pytest.mark.parametrize(("b", "t"), [(1, 1), (3, 1), (1, 7), (2, 31), (5, 13), (2, 64)])
@torch.no_grad()
def test_logits_are_the_librarys(gpt, library, b, t):
    ids = torch.randint(37, (b, t), generator=torch.Generator().manual_seed(t))
    theirs = library(ids).logits
    assert theirs.std() > 1  # worth comparing
    assert (gpt(ids) - theirs).abs().max() < 1e-4


@torch.no_grad()
def test_the_tiny_model_is_a_hard_test(library):
    library.set_attn_implementation("eager")
    weights = library(torch.arange(30)[None], output_attentions=True).attentions
    assert torch.stack(weights).amax(-1)[..., 10:].mean() > 0.3  # with even weights it would be below 0.1
    library.set_attn_implementation("sdpa")


@pytest.mark.parametrize("start", [[5], [1, 2, 3, 4, 36, 0, 9], list(range(14))])
@torch.no_grad()
def test_fifty_greedy_tokens_are_the_librarys(gpt, library, start):
    ids = torch.tensor([start])
    theirs = library.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=50, do_sample=False, pad_token_id=0
    )
    for _ in range(50):
        ids = torch.cat([ids, gpt(ids)[:, -1].argmax(-1, keepdim=True)], dim=1)
    assert ids.tolist() == theirs.tolist()
    assert len(set(ids[0, len(start) :].tolist())) > 1


@torch.no_grad()
def test_the_weights_of_a_model_without_a_head_fit_too(lab, library):
    bare = GPT2Model(config())
    bare.load_state_dict(library.transformer.state_dict())
    model = lab["GPT"](3, 20, 5, 37, 64)
    load_gpt2_weights(model, bare.state_dict())
    ids = torch.arange(12).view(2, 6)
    assert torch.allclose(model(ids), library(ids).logits, atol=1e-4)


def test_the_weights_are_copied_not_shared(lab, library):
    before = library.transformer.wte.weight.clone()
    model = lab["GPT"](3, 20, 5, 37, 64)
    load_gpt2_weights(model, library.state_dict())
    with torch.no_grad():
        model.tokens.weight.zero_()
    assert torch.equal(library.transformer.wte.weight, before)


@pytest.mark.parametrize(
    "sizes", [(2, 20, 5, 37, 64), (4, 20, 5, 37, 64), (3, 30, 5, 37, 64), (3, 20, 5, 36, 64), (3, 20, 5, 37, 63)]
)
def test_weights_of_another_size_get_one_clear_line_and_change_nothing(lab, library, sizes):
    model = lab["GPT"](*sizes)
    before = {name: parameter.clone() for name, parameter in model.named_parameters()}
    with pytest.raises(ValueError) as refusal:
        load_gpt2_weights(model, library.state_dict())
    assert "\n" not in str(refusal.value) and 20 < len(str(refusal.value)) < 200
    assert all(torch.equal(parameter, before[name]) for name, parameter in model.named_parameters())


def test_weights_of_another_architecture_get_one_clear_line(lab):
    with pytest.raises(ValueError, match="GPT-2"):
        load_gpt2_weights(lab["GPT"](1, 4, 2, 5, 6), {"model.layers.0.self_attn.q_proj.weight": torch.zeros(4, 4)})


def test_gpt_has_exactly_gpt2s_parameters(lab):
    with torch.device("meta"):
        assert sum(p.numel() for p in lab["GPT"](12, 768, 12, 50257, 1024).parameters()) == 124_439_808


@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_layer_norm_is_torchs(lab, eps):
    x, gain, bias = torch.randn(3, 4, 5, 7), torch.randn(7), torch.randn(7)
    for tokens in (x, x[0, 0, 0], 1e-3 * x, torch.ones_like(x)):
        assert torch.allclose(
            lab["layer_norm"](tokens, gain, bias, eps), F.layer_norm(tokens, (7,), gain, bias, eps), atol=1e-5
        )


def test_the_post_norm_block_is_torchs_encoder_layer(lab):
    """With one head, where wide and narrow heads are the same, nn.TransformerEncoderLayer is the same block."""
    k = 6
    block = lab["TransformerBlock"](k, heads=1)
    torchs = nn.TransformerEncoderLayer(k, nhead=1, dim_feedforward=4 * k, dropout=0.0, batch_first=True)
    with torch.no_grad():
        for parameter in block.parameters():
            parameter.copy_(torch.randn_like(parameter))
        attention, theirs = block.attention, torchs.self_attn
        maps = (attention.toqueries, attention.tokeys, attention.tovalues)
        theirs.in_proj_weight.copy_(torch.cat([one.weight for one in maps]))
        theirs.in_proj_bias.zero_()
        theirs.out_proj.load_state_dict(attention.mergeheads.state_dict())
        torchs.linear1.load_state_dict(block.ff[0].state_dict())
        torchs.linear2.load_state_dict(block.ff[2].state_dict())
        torchs.norm1.load_state_dict(block.norm1.state_dict())
        torchs.norm2.load_state_dict(block.norm2.state_dict())
    x = torch.randn(3, 5, k)
    assert torch.allclose(block(x), torchs(x), atol=1e-4)


def test_the_post_norm_block_by_hand(lab):
    """Two heads, each step written out with PyTorch's functions."""
    block, tokens = lab["TransformerBlock"](5, heads=2), torch.randn(3, 7, 5)
    q, k, v = (
        F.linear(tokens, one.weight).unflatten(-1, (2, 5)).transpose(1, 2)
        for one in (block.attention.toqueries, block.attention.tokeys, block.attention.tovalues)
    )
    heard = block.attention.mergeheads(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
    x = F.layer_norm(tokens + heard, (5,), block.norm1.weight, block.norm1.bias)
    thought = block.ff[2](F.relu(block.ff[0](x)))
    expected = F.layer_norm(x + thought, (5,), block.norm2.weight, block.norm2.bias)
    assert torch.allclose(block(tokens), expected, atol=1e-5)


def test_positions_by_complex_numbers(lab):
    """Each pair is a point on the unit circle: e^(i·angle), sine as the imaginary part."""
    table = torch.view_as_complex(lab["sinusoidal_positions"](30, 12).unflatten(-1, (6, 2)).flip(-1).contiguous())
    turn = torch.exp(1j * 10000.0 ** (-torch.arange(6) / 6))
    assert torch.allclose(table, turn ** torch.arange(30)[:, None], atol=1e-4)


def test_training_lowers_the_loss_of_a_gpt_as_a_loop_written_out_does(lab):
    torch.manual_seed(0)
    one, batch = lab["GPT"](2, 12, 3, 11, 8), torch.randint(11, (4, 8))
    other = lab["GPT"](2, 12, 3, 11, 8)
    other.load_state_dict(one.state_dict())
    optimizers = [torch.optim.Adam(model.parameters(), lr=0.01) for model in (one, other)]
    for _ in range(5):
        loss = lab["training_step"](one, optimizers[0], batch)
        logs = F.log_softmax(other(batch), dim=-1)
        each = [-logs[i, j, batch[i, j + 1]] for i in range(4) for j in range(7)]
        expected = torch.stack(each).mean()
        optimizers[1].zero_grad()
        expected.backward()
        optimizers[1].step()
        assert loss == pytest.approx(expected.item(), rel=1e-3)
