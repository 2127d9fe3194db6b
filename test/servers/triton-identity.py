"""Gives its inputs back as its outputs, in order, after `execute_delay_ms`: what Triton's identity backend does, for a server that has none."""

import json
import os
import sys
import time

# The stub runs an isolated Python that ignores PYTHONPATH.
sys.path.insert(0, os.environ["PAYERHUB_TRITON_PACKAGES"])

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.pairs = [(source["name"], target["name"], source["data_type"]) for source, target in zip(config["input"], config["output"])]
        delay = config.get("parameters", {}).get("execute_delay_ms", {"string_value": "0"})
        self.delay_seconds = int(delay["string_value"]) / 1000

    def execute(self, requests):
        if self.delay_seconds > 0:
            time.sleep(self.delay_seconds)
        return [self.answer(request) for request in requests]

    def answer(self, request):
        wanted = request.requested_output_names()
        tensors = []
        for source, target, data_type in self.pairs:
            tensor = pb_utils.get_input_tensor_by_name(request, source)
            if tensor is None or target not in wanted:
                continue
            # BF16 has no numpy type; DLPack carries it without one.
            if data_type == "TYPE_BF16":
                tensors.append(pb_utils.Tensor.from_dlpack(target, tensor.to_dlpack()))
            else:
                tensors.append(pb_utils.Tensor(target, tensor.as_numpy()))
        return pb_utils.InferenceResponse(tensors)
