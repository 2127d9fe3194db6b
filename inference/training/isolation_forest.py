"""Isolation forest: trained with scikit-learn, written as ONNX by hand (one TreeEnsembleRegressor, Mul, Pow)."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from sklearn.ensemble import IsolationForest

TREES = 200
SAMPLES = 512
EULER_GAMMA = 0.5772156649015329
OPSET = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]


def average_path(n: float) -> float:
    """Mean path length of an unsuccessful search in a binary search tree of n nodes (Liu, Ting, Zhou 2008)."""
    if n <= 1:
        return 0.0
    if n == 2:
        return 1.0
    return 2.0 * (np.log(n - 1.0) + EULER_GAMMA) - 2.0 * (n - 1.0) / n


def train(rows: np.ndarray, seed: int) -> IsolationForest:
    return IsolationForest(n_estimators=TREES, max_samples=min(SAMPLES, len(rows)), random_state=seed).fit(rows)


def threshold_down(value: float) -> float:
    """The largest float32 that is not above the threshold: `x <= t` keeps its meaning for float32 x."""
    rounded = np.float32(value)
    if float(rounded) > value:
        rounded = np.nextafter(rounded, np.float32(-np.inf))
    return float(rounded)


def to_onnx(forest: IsolationForest):
    nodes: dict[str, list] = {
        name: []
        for name in ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids")
    }
    targets: dict[str, list] = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}
    for number, (tree, features) in enumerate(zip(forest.estimators_, forest.estimators_features_)):
        add_tree(number, tree.tree_, features, nodes, targets)
    width = forest.n_features_in_
    ensemble = helper.make_node(
        "TreeEnsembleRegressor",
        ["features"],
        ["path_sum"],
        domain="ai.onnx.ml",
        n_targets=1,
        aggregate_function="SUM",
        post_transform="NONE",
        **{f"nodes_{name}": values for name, values in nodes.items()},
        **{f"target_{name}": values for name, values in targets.items()},
    )
    scale = -1.0 / (len(forest.estimators_) * average_path(forest.max_samples_))
    graph = helper.make_graph(
        [
            ensemble,
            helper.make_node("Mul", ["path_sum", "scale"], ["exponent"]),
            helper.make_node("Pow", ["two", "exponent"], ["score"]),
        ],
        "isolation_forest",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["rows", width])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, ["rows", 1])],
        [
            numpy_helper.from_array(np.array([scale], dtype=np.float32), "scale"),
            numpy_helper.from_array(np.array([2.0], dtype=np.float32), "two"),
        ],
    )
    return helper.make_model(graph, opset_imports=OPSET, ir_version=8, producer_name="payerhub")


def add_tree(number: int, tree, features, nodes: dict[str, list], targets: dict[str, list]) -> None:
    depth = [0] * tree.node_count
    for node in range(tree.node_count):
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        leaf = left < 0
        nodes["treeids"].append(number)
        nodes["nodeids"].append(node)
        nodes["modes"].append("LEAF" if leaf else "BRANCH_LEQ")
        nodes["featureids"].append(0 if leaf else int(features[tree.feature[node]]))
        nodes["values"].append(0.0 if leaf else threshold_down(float(tree.threshold[node])))
        nodes["truenodeids"].append(0 if leaf else left)
        nodes["falsenodeids"].append(0 if leaf else right)
        if leaf:
            targets["treeids"].append(number)
            targets["nodeids"].append(node)
            targets["ids"].append(0)
            targets["weights"].append(depth[node] + average_path(float(tree.n_node_samples[node])))
        else:
            depth[left] = depth[right] = depth[node] + 1
