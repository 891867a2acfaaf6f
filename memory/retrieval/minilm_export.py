"""Rebuilds the bundled MiniLM as an int8 ONNX file, once, in a process of its own; encoding is elsewhere.

``python -m memory.retrieval.minilm_export <weights.safetensors> <target.onnx>``. The graph is BERT's
(Devlin et al. 2019) with six layers of twelve heads, mean pooling and unit length, as the model's card says.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file

_WIDTH, _HEADS, _LAYERS = 384, 12, 6
_OPSET = 20  # the first with Gelu
_IR = 9


Array = npt.NDArray[Any]


class _Graph:
    """Nodes and weights of a graph in the making."""

    def __init__(self, weights: dict[str, Array]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: Array) -> str:
        self.tensors.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def dense(self, value: str, prefix: str) -> str:
        weight = self.constant(f"{prefix}.weight", self.weights[f"{prefix}.weight"].T)
        bias = self.constant(f"{prefix}.bias", self.weights[f"{prefix}.bias"])
        return self.node("Add", self.node("MatMul", value, weight), bias)

    def norm(self, value: str, prefix: str) -> str:
        scale = self.constant(f"{prefix}.weight", self.weights[f"{prefix}.weight"])
        bias = self.constant(f"{prefix}.bias", self.weights[f"{prefix}.bias"])
        return self.node("LayerNormalization", value, scale, bias, axis=-1, epsilon=1e-12)

    def heads(self, value: str, order: list[int]) -> str:
        shape = self.constant("split", np.array([0, 0, _HEADS, _WIDTH // _HEADS]))
        return self.node("Transpose", self.node("Reshape", value, shape), perm=order)

    def layer(self, value: str, bias: str, prefix: str) -> str:
        query = self.heads(self.dense(value, f"{prefix}.attention.self.query"), [0, 2, 1, 3])
        key = self.heads(self.dense(value, f"{prefix}.attention.self.key"), [0, 2, 3, 1])
        content = self.heads(self.dense(value, f"{prefix}.attention.self.value"), [0, 2, 1, 3])
        scale = self.constant("scale", np.array((_WIDTH // _HEADS) ** -0.5, np.float32))
        scores = self.node("Add", self.node("Mul", self.node("MatMul", query, key), scale), bias)
        mixed = self.node(
            "Transpose",
            self.node("MatMul", self.node("Softmax", scores, axis=-1), content),
            perm=[0, 2, 1, 3],
        )
        joined = self.node("Reshape", mixed, self.constant("join", np.array([0, 0, _WIDTH])))
        attended = self.dense(joined, f"{prefix}.attention.output.dense")
        value = self.norm(self.node("Add", attended, value), f"{prefix}.attention.output.LayerNorm")
        inner = self.node("Gelu", self.dense(value, f"{prefix}.intermediate.dense"))
        outer = self.dense(inner, f"{prefix}.output.dense")
        return self.norm(self.node("Add", outer, value), f"{prefix}.output.LayerNorm")


def build(weights: dict[str, Array]) -> onnx.ModelProto:
    """The graph: ``ids`` and ``mask`` (batch, length; int64) to ``vectors`` (batch, 384; unit length)."""
    graph = _Graph(weights)
    words = graph.constant("words", weights["embeddings.word_embeddings.weight"])
    # One sentence per text, so the first token type is added to every position.
    places = (
        weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    length = graph.node("Shape", "ids", start=1, end=2)
    zero = graph.constant("zero", np.array([0]))
    placed = graph.node("Slice", graph.constant("places", places), zero, length, zero)
    value = graph.norm(graph.node("Add", graph.node("Gather", words, "ids"), placed), "embeddings.LayerNorm")
    mask = graph.node("Cast", "mask", to=TensorProto.FLOAT)
    one = graph.constant("one", np.array(1.0, np.float32))
    hidden = graph.node("Mul", graph.node("Sub", mask, one), graph.constant("far", np.array(1e4, np.float32)))
    bias = graph.node("Unsqueeze", hidden, graph.constant("axes", np.array([1, 2])))
    for index in range(_LAYERS):
        value = graph.layer(value, bias, f"encoder.layer.{index}")
    last = graph.constant("last", np.array([-1]))
    weight = graph.node("Unsqueeze", mask, last)
    summed = graph.node(
        "ReduceSum", graph.node("Mul", value, weight), graph.constant("first", np.array([1])), keepdims=0
    )
    # The mean's divisor cancels against the unit length.
    norm = graph.node("ReduceL2", summed, last, keepdims=1)
    graph.nodes.append(helper.make_node("Div", [summed, norm], ["vectors"], name="vectors"))
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
        for name in ("ids", "mask")
    ]
    outputs = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", _WIDTH])]
    body = helper.make_graph(graph.nodes, "minilm", inputs, outputs, list(graph.tensors.values()))
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)
    onnx.checker.check_model(model)
    return model


def export(weights: Path, target: Path) -> None:
    """Write the model with int8 weights to ``target``, whole or not at all."""
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        whole, small = Path(scratch) / "float.onnx", Path(scratch) / "int8.onnx"
        onnx.save(build(load_file(weights)), whole)
        quantize_dynamic(whole, small, weight_type=QuantType.QInt8, per_channel=True)
        os.replace(small, target)


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
