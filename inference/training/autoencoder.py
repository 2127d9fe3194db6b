"""Autoencoder: a small MLP trained with scikit-learn on standardized features, written as ONNX by hand."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from sklearn.neural_network import MLPRegressor

HIDDEN = (24, 10, 24)
# A feature that hardly varies among normal documents must not turn a rounding error into an alarm.
LEAST_DEVIATION = 0.02
# One absurd feature must not hide the others.
CLIP = 8.0
# Trained on inputs with this much noise, the network learns the relations instead of copying.
NOISE = 0.1
OPSET = [helper.make_opsetid("", 17)]


class Autoencoder:
    def __init__(self, mean: np.ndarray, deviation: np.ndarray, network: MLPRegressor):
        self.mean = mean
        self.deviation = deviation
        self.network = network

    def error(self, rows: np.ndarray) -> np.ndarray:
        standard = standardize(rows, self.mean, self.deviation)
        return ((self.network.predict(standard) - standard) ** 2).mean(axis=1)


def standardize(rows: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    return np.clip((rows - mean) / deviation, -CLIP, CLIP)


def train(rows: np.ndarray, seed: int) -> Autoencoder:
    mean = rows.mean(axis=0)
    deviation = np.maximum(rows.std(axis=0), LEAST_DEVIATION)
    standard = standardize(rows, mean, deviation)
    noise = np.random.default_rng(seed).normal(0.0, NOISE, standard.shape)
    network = MLPRegressor(
        hidden_layer_sizes=HIDDEN,
        activation="tanh",
        alpha=1e-4,
        batch_size=128,
        max_iter=300,
        early_stopping=True,
        n_iter_no_change=15,
        random_state=seed,
    )
    network.fit(standard + noise, standard)
    return Autoencoder(mean, deviation, network)


def to_onnx(model: Autoencoder):
    width = len(model.mean)
    constants = {
        "mean": model.mean,
        "inverse": 1.0 / model.deviation,
        "low": np.array(-CLIP),
        "high": np.array(CLIP),
    }
    nodes = [
        helper.make_node("Sub", ["features", "mean"], ["centered"]),
        helper.make_node("Mul", ["centered", "inverse"], ["scaled"]),
        helper.make_node("Clip", ["scaled", "low", "high"], ["standard"]),
    ]
    layer_input = "standard"
    layers = list(zip(model.network.coefs_, model.network.intercepts_))
    for number, (weights, bias) in enumerate(layers):
        constants[f"weights{number}"] = weights
        constants[f"bias{number}"] = bias
        last = number == len(layers) - 1
        output = "reconstruction" if last else f"hidden{number}"
        nodes.append(helper.make_node("Gemm", [layer_input, f"weights{number}", f"bias{number}"], [output if last else f"sum{number}"]))
        if not last:
            nodes.append(helper.make_node("Tanh", [f"sum{number}"], [output]))
        layer_input = output
    nodes += [
        helper.make_node("Sub", ["reconstruction", "standard"], ["difference"]),
        helper.make_node("Mul", ["difference", "difference"], ["residuals"]),
        helper.make_node("ReduceMean", ["residuals"], ["error"], axes=[1], keepdims=1),
    ]
    graph = helper.make_graph(
        nodes,
        "autoencoder",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["rows", width])],
        [
            helper.make_tensor_value_info("error", TensorProto.FLOAT, ["rows", 1]),
            helper.make_tensor_value_info("residuals", TensorProto.FLOAT, ["rows", width]),
        ],
        [numpy_helper.from_array(np.asarray(value, dtype=np.float32), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=OPSET, ir_version=8, producer_name="payerhub")
