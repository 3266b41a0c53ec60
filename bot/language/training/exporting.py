"""Writes the trained net as the 8-bit ONNX file that the service reads.

Dense layers become 8-bit, one scale an output column, with activations quantised on the fly; their
inputs are evened out before, since a few channels are far larger than the rest. Word embeddings
become 8-bit, one scale a row. Attention, normalisation and GELU are onnxruntime's fused ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from bot.language.emotion import HEADS
from bot.language.emotion_input import PAD_ID
from bot.language.training.batching import Batcher, HasWords
from bot.language.training.network import ATTENTION, EPSILON, EmotionNet

OPSET: Final = 17
FUSED: Final = "com.microsoft"
EVENING: Final = 0.75
"""How much of an input channel's size is moved into the weights, as a power."""
SAMPLE: Final = 512
_LEAST: Final = 1e-5

Floats = NDArray[np.float32]


class _Graph:
    """Nodes and weights as they are added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, name: str, value: NDArray[np.generic]) -> str:
        self.weights.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def add(
        self, kind: str, inputs: Sequence[str], output: str, *, fused: bool = False, **facts: object
    ) -> str:
        domain = FUSED if fused else ""
        node = helper.make_node(kind, list(inputs), [output], domain=domain, **facts)
        self.nodes.append(node)
        return output

    def dense(self, name: str, inputs: str, weight: Floats, even: Floats, bias: Floats) -> str:
        """An 8-bit dense layer over inputs that are evened out first."""
        scaled = weight * even[:, None]
        scale = np.maximum(np.abs(scaled).max(axis=0) / 127.0, 1e-9).astype(np.float32)
        whole = np.clip(np.round(scaled / scale), -127, 127).astype(np.int8)
        evened = self.add(
            "Mul",
            (inputs, self.weight(f"{name}_even", (1.0 / even).astype(np.float32))),
            f"{name}_in",
        )
        quantised = (
            evened,
            self.weight(f"{name}_w", whole),
            self.weight(f"{name}_scale", scale),
            self.weight(f"{name}_zero", np.zeros(len(scale), np.int8)),
            self.weight(f"{name}_bias", bias),
        )
        return self.add("DynamicQuantizeMatMul", quantised, name, fused=True)


def export(net: EmotionNet, path: Path, *, lines: Sequence[HasWords], batcher: Batcher) -> None:
    """Write the net's eight-bit form; `lines` show how large its activations are."""
    net = net.to("cpu").eval()
    sizes = _sizes(net, lines[:SAMPLE], batcher)
    graph = _Graph()
    states, mask, own = _embedded(graph, net)
    for number, block in enumerate(net.blocks):
        states = _layer(graph, number, block, inputs=(states, mask), sizes=sizes)
    _scored(graph, net, states, own)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["messages", "tokens"])
        for name in ("ids", "parts")
    ]
    shape = ["messages", sum(HEADS)]
    outputs = [helper.make_tensor_value_info("scores", TensorProto.FLOAT, shape)]
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
    made = helper.make_graph(graph.nodes, "emotion", inputs, outputs, graph.weights)
    model = helper.make_model(made, opset_imports=opsets, producer_name="concierge", ir_version=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))


def _embedded(graph: _Graph, net: EmotionNet) -> tuple[str, str, str]:
    """The states before the first layer, who is no padding, and who is of the message itself."""
    words = _floats(net.words.weight)
    scale = np.maximum(np.abs(words).max(axis=1, keepdims=True) / 127.0, 1e-9).astype(np.float32)
    graph.weight("words", np.clip(np.round(words / scale), -127, 127).astype(np.int8))
    graph.weight("words_scale", scale)
    graph.weight("places", _floats(net.places.weight))
    graph.weight("parts_table", _floats(net.parts.weight))
    graph.add("Gather", ("words", "ids"), "words_whole")
    graph.add("Cast", ("words_whole",), "words_cast", to=TensorProto.FLOAT)
    graph.add("Gather", ("words_scale", "ids"), "words_by")
    graph.add("Mul", ("words_cast", "words_by"), "worded")
    graph.add("Shape", ("ids",), "shape")
    for name, value in (("zero", [0]), ("one", [1]), ("two", [2])):
        graph.weight(name, np.array(value, np.int64))
    graph.add("Slice", ("shape", "one", "two", "zero"), "length")
    graph.add("Slice", ("places", "zero", "length", "zero"), "placed")
    graph.add("Gather", ("parts_table", "parts"), "parted")
    graph.add("Add", ("worded", "placed"), "worded_placed")
    graph.add("Add", ("worded_placed", "parted"), "embedded")
    _normal_weights(graph, "start", net.normal)
    start = ("embedded", "start_weight", "start_bias")
    states = graph.add("LayerNormalization", start, "states_0", axis=-1, epsilon=EPSILON)
    graph.weight("padding", np.array(PAD_ID, np.int64))
    graph.weight("message", np.array(0, np.int64))
    graph.add("Equal", ("ids", "padding"), "is_padding")
    graph.add("Not", ("is_padding",), "is_read")
    mask = graph.add("Cast", ("is_read",), "mask", to=TensorProto.INT32)
    graph.add("Equal", ("parts", "message"), "is_message")
    graph.add("And", ("is_read", "is_message"), "is_own")
    own = graph.add("Cast", ("is_own",), "own", to=TensorProto.FLOAT)
    return states, mask, own


def _layer(
    graph: _Graph,
    number: int,
    block: nn.Module,
    *,
    inputs: tuple[str, str],
    sizes: dict[str, Floats],
) -> str:
    (states, mask), at = inputs, f"layer{number}"

    def dense(name: str, inputs: str, *layers: str) -> str:
        parts = [block.get_submodule(each) for each in layers]
        weight = np.concatenate([_floats(part.weight).T for part in parts], axis=1)
        bias = np.concatenate([_floats(part.bias) for part in parts])
        even = _evening(sizes[f"blocks.{number}.{layers[0]}"], weight)
        return graph.dense(f"{at}_{name}", inputs, weight, even, bias)

    together = dense("qkv", states, "query", "key", "value")
    split = [f"{at}_query", f"{at}_key", f"{at}_value"]
    graph.nodes.append(helper.make_node("Split", [together], split, axis=-1))
    seen = graph.add(
        "MultiHeadAttention", (*split, "", mask), f"{at}_seen", fused=True, num_heads=ATTENTION
    )
    out = dense("out", seen, "out")
    states = _added(graph, f"{at}_attended", block.get_submodule("after_attention"), out, states)
    raised = dense("up", states, "up")
    active = graph.add("Gelu", (raised,), f"{at}_active", fused=True)
    down = dense("down", active, "down")
    return _added(graph, f"states_{number + 1}", block.get_submodule("after_dense"), down, states)


def _added(graph: _Graph, name: str, normal: nn.Module, new: str, states: str) -> str:
    _normal_weights(graph, name, normal)
    inputs = (new, states, f"{name}_weight", f"{name}_bias")
    return graph.add("SkipLayerNormalization", inputs, name, fused=True, epsilon=EPSILON)


def _scored(graph: _Graph, net: EmotionNet, states: str, own: str) -> None:
    """The heads over the message's mean state and its first one."""
    graph.weight("last_axis", np.array([2], np.int64))
    graph.weight("token_axis", np.array([1], np.int64))
    graph.weight("least", np.array(1.0, np.float32))
    graph.add("Unsqueeze", (own, "last_axis"), "own_column")
    graph.add("Mul", (states, "own_column"), "own_states")
    graph.add("ReduceSum", ("own_states", "token_axis"), "own_sum", keepdims=0)
    graph.add("ReduceSum", ("own_column", "token_axis"), "own_count", keepdims=0)
    graph.add("Max", ("own_count", "least"), "own_least")
    graph.add("Div", ("own_sum", "own_least"), "mean")
    graph.weight("first_place", np.array(0, np.int64))
    graph.add("Gather", (states, "first_place"), "first", axis=1)
    graph.add("Concat", ("mean", "first"), "pooled", axis=-1)
    graph.weight("heads_weight", _floats(net.heads.weight)[: sum(HEADS)].T)
    graph.weight("heads_bias", _floats(net.heads.bias)[: sum(HEADS)])
    graph.add("Gemm", ("pooled", "heads_weight", "heads_bias"), "scores")


def _sizes(net: EmotionNet, lines: Sequence[HasWords], batcher: Batcher) -> dict[str, Floats]:
    """The largest activation of each input channel of each dense layer."""
    sizes: dict[str, Tensor] = {}

    def watch(name: str) -> object:
        def see(_layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            largest = inputs[0].detach().abs().amax(dim=(0, 1))
            sizes[name] = torch.maximum(sizes.get(name, largest), largest)

        return see

    named = [(name, layer) for name, layer in net.named_modules() if isinstance(layer, nn.Linear)]
    watched = [
        layer.register_forward_pre_hook(watch(name))  # type: ignore[arg-type]  # Torch's own type.
        for name, layer in named
        if name.startswith("blocks.")
    ]
    batcher.scores(net, lines)
    for each in watched:
        each.remove()
    return {name: _floats(size) for name, size in sizes.items()}


def _evening(size: Floats, weight: Floats) -> Floats:
    """By what each input channel is divided before and its weights multiplied."""
    rows = np.abs(weight).max(axis=1)
    even = np.maximum(size, _LEAST) ** EVENING / np.maximum(rows, _LEAST) ** (1 - EVENING)
    return np.asarray(even / even.mean(), np.float32)


def _normal_weights(graph: _Graph, name: str, normal: nn.Module) -> None:
    graph.weight(f"{name}_weight", _floats(normal.weight))
    graph.weight(f"{name}_bias", _floats(normal.bias))


def _floats(value: Tensor | nn.Module | None) -> Floats:
    if not isinstance(value, Tensor):
        raise TypeError(f"expected a tensor, got {type(value).__name__}")
    floats: Floats = value.detach().cpu().numpy().astype(np.float32)
    return floats
