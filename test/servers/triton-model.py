"""Serves <version>/model.onnx through Triton's Python backend, so that the wheel's server, which has no ONNX backend, stands in for one."""

import json
import os
import sys

# The stub runs an isolated Python that ignores PYTHONPATH.
sys.path.insert(0, os.environ["PAYERHUB_TRITON_PACKAGES"])

import numpy as np
import onnxruntime
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.inputs = [tensor["name"] for tensor in config["input"]]
        self.outputs = [tensor["name"] for tensor in config["output"]]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        path = os.path.join(args["model_repository"], args["model_version"], "model.onnx")
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def execute(self, requests):
        # One run for the whole batch, as the ONNX backend does; every response gets its own rows back.
        feeds = [{name: pb_utils.get_input_tensor_by_name(request, name).as_numpy() for name in self.inputs} for request in requests]
        rows = [next(iter(feed.values())).shape[0] for feed in feeds]
        joined = {name: np.concatenate([feed[name] for feed in feeds]) for name in self.inputs}
        results = dict(zip(self.outputs, self.session.run(self.outputs, joined)))
        responses, start = [], 0
        for request, count in zip(requests, rows):
            wanted = request.requested_output_names()
            tensors = [pb_utils.Tensor(name, np.ascontiguousarray(results[name][start : start + count].copy())) for name in self.outputs if name in wanted]
            responses.append(pb_utils.InferenceResponse(tensors))
            start += count
        return responses
