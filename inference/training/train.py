"""Trains the two anomaly models on feature rows of normal documents and writes them into the model repository.

Rows are NDJSON as `bench/score/export-features.ts` prints them: {"scenario": "normal", "features": [...]}.

    python inference/training/train.py --rows rows.ndjson --repository inference/repository --seed 1
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

import autoencoder
import isolation_forest

# float32 in ONNX against float64 in scikit-learn; errors of the autoencoder reach far above 1, scores of the forest do not.
TOLERANCES = {"isolation_forest": 1e-6, "autoencoder": 1e-4}


def read_rows(path: Path) -> np.ndarray:
    rows = [json.loads(line) for line in path.read_text().splitlines() if line]
    normal = [row["features"] for row in rows if row["scenario"] == "normal"]
    if len(normal) < 500:
        raise SystemExit(f'reading rows "{path}": it has {len(normal)} normal documents, at least 500 are needed')
    # The models see float32 when they serve, so they learn from float32.
    return np.array(normal, dtype=np.float32).astype(np.float64)


def run(model, rows: np.ndarray, output: str) -> np.ndarray:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run([output], {"features": rows.astype(np.float32)})[0][:, 0]


def write(model, folder: Path) -> str:
    onnx.checker.check_model(model)
    folder.mkdir(parents=True, exist_ok=True)
    data = model.SerializeToString(deterministic=True)
    (folder / "model.onnx").write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--repository", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rows = read_rows(arguments.rows)

    forest = isolation_forest.train(rows, arguments.seed)
    forest_model = isolation_forest.to_onnx(forest)
    encoder = autoencoder.train(rows, arguments.seed)
    encoder_model = autoencoder.to_onnx(encoder)

    differences = {
        "isolation_forest": float(np.abs(run(forest_model, rows, "score") + forest.score_samples(rows)).max()),
        "autoencoder": float(np.abs(run(encoder_model, rows, "error") - encoder.error(rows)).max()),
    }
    for name, difference in differences.items():
        if difference > TOLERANCES[name]:
            raise SystemExit(f'exporting "{name}": ONNX differs from scikit-learn by {difference}, at most {TOLERANCES[name]} is allowed')
    digests = {
        "isolation_forest": write(forest_model, arguments.repository / "isolation_forest" / "1"),
        "autoencoder": write(encoder_model, arguments.repository / "autoencoder" / "1"),
    }
    print(json.dumps({"rows": len(rows), "seed": arguments.seed, "max_difference": differences, "sha256": digests}))


if __name__ == "__main__":
    main()
