"""config.pbtxt for both targets: CPU for the embedded server, GPU with TensorRT for Triton in the cluster."""

from token_model import MAX_TOKENS, Kind

MAX_BATCH = 32
# Lengths that are warmed up: those that the client's buckets pad to most.
WARM_LENGTHS = (32, 128, 512)
# Longest wait for a fuller batch; the client sends ready-made ones.
QUEUE_DELAY_US = {"cpu": 0, "gpu": 2000}
GPU_INSTANCES = 2
TENSORRT_WORKSPACE_BYTES = 2 * 1024**3
# Where the node keeps its engines; they are tied to GPU and TensorRT version.
TENSORRT_CACHE = "/var/cache/payerhub/tensorrt"


def config(kind: Kind, labels: int, version: int, target: str) -> str:
    """The configuration of one target. Both have the same signature and the same warm-up."""
    lines = [
        f'name: "{kind.name}"',
        'backend: "onnxruntime"',
        f"max_batch_size: {MAX_BATCH}",
        "input [",
        ",\n".join(f'  {{ name: "{name}", data_type: {datatype}, dims: {dims_text(dims)} }}' for name, (datatype, dims) in kind.inputs.items()),
        "]",
        "output [",
        f'  {{ name: "logits", data_type: TYPE_FP32, dims: {dims_text([-1, labels])} }}',
        "]",
        f"version_policy: {{ specific: {{ versions: [ {version} ] }} }}",
        *(gpu_lines(kind) if target == "gpu" else ["instance_group [ { count: 1, kind: KIND_CPU } ]"]),
        "dynamic_batching {",
        *([f"  preferred_batch_size: [ 8, 16, {MAX_BATCH} ]"] if target == "gpu" else []),
        f"  max_queue_delay_microseconds: {QUEUE_DELAY_US[target]}",
        "  default_queue_policy {",
        "    timeout_action: REJECT",
        "    allow_timeout_override: true",
        "    max_queue_size: 1024",
        "  }",
        "}",
        "model_warmup [",
        ",\n".join(warmup(kind, tokens) for tokens in WARM_LENGTHS),
        "]",
    ]
    return "\n".join(lines) + "\n"


def dims_text(dims: list[int]) -> str:
    return "[ " + ", ".join(str(size) for size in dims) + " ]"


def warm_dims(dims: list[int], tokens: int) -> list[int]:
    return [tokens if size == -1 else size for size in dims]


def warm_file(name: str, tokens: int) -> str:
    return f"t{tokens}_{name}.bin"


def warmup(kind: Kind, tokens: int) -> str:
    lines = [f'  {{\n    name: "t{tokens}"\n    batch_size: 1']
    for name, (datatype, dims) in kind.inputs.items():
        # The picture does not change the shape of the work: zeros spare 600 KB a sample.
        source = "zero_data: true" if name == "pixel_values" else f'input_data_file: "{warm_file(name, tokens)}"'
        value = f"data_type: {datatype} dims: {dims_text(warm_dims(dims, tokens))} {source}"
        lines.append(f'    inputs {{ key: "{name}" value: {{ {value} }} }}')
    return "\n".join(lines) + "\n  }"


def profile(kind: Kind, batch: int, tokens: int) -> str:
    return ",".join(f"{name}:{'x'.join(str(size) for size in [batch, *warm_dims(dims, tokens)])}" for name, (_, dims) in kind.inputs.items())


def gpu_lines(kind: Kind) -> list[str]:
    parameters = {
        "precision_mode": "FP16",
        "max_workspace_size_bytes": str(TENSORRT_WORKSPACE_BYTES),
        "trt_engine_cache_enable": "1",
        "trt_engine_cache_path": f"{TENSORRT_CACHE}/{kind.name}",
        # Layer norms overflow in FP16.
        "trt_layer_norm_fp32_fallback": "1",
        "trt_profile_min_shapes": profile(kind, 1, 1),
        "trt_profile_opt_shapes": profile(kind, 8, 128),
        "trt_profile_max_shapes": profile(kind, MAX_BATCH, MAX_TOKENS),
    }
    return [
        f"instance_group [ {{ count: {GPU_INSTANCES}, kind: KIND_GPU }} ]",
        "optimization {",
        "  execution_accelerators {",
        "    gpu_execution_accelerator: [ {",
        '      name: "tensorrt"',
        *(f'      parameters {{ key: "{key}" value: "{value}" }}' for key, value in parameters.items()),
        "    } ]",
        "  }",
        "}",
    ]


