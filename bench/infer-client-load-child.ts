import { credentials, Metadata } from "@grpc/grpc-js";
import { createTritonClient } from "../inference/client/triton.ts";
import type { Tensor } from "../inference/tensor.ts";
import { GRPCInferenceServiceClient } from "../proto/inference/grpc_service.pb.ts";
import { type Load, type LoadResult, loadSchema } from "./infer-client-load.ts";

// Makes calls as the parent tells, with the client that its argument names; one process a client, so that each is compiled for itself.
interface Caller {
  call(): Promise<void>;
  close(): void;
}

const LONG_MS = 60_000;

function openOurs(load: Load): Caller {
  const client = createTritonClient({ endpoint: load.endpoint, minimumVersion: "0" });
  const inputs = [tensorOf(load)];
  const { signal } = new AbortController();
  return {
    call: async () => {
      const [output] = await client.infer(load.model, inputs, { signal, deadlineMs: LONG_MS });
      check(output?.data.byteLength, load);
    },
    close: () => client.close(),
  };
}

function openStub(load: Load): Caller {
  const stub = new GRPCInferenceServiceClient(load.endpoint, credentials.createInsecure());
  const { name, datatype, shape, data } = tensorOf(load);
  const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const call = async () => {
    const request = {
      modelName: load.model,
      modelVersion: "",
      id: "",
      parameters: {},
      inputs: [{ name, datatype, shape: shape.map(BigInt), parameters: {}, contents: undefined }],
      outputs: [],
      rawInputContents: [raw],
    };
    await new Promise<void>((resolve, reject) => {
      stub.modelInfer(request, new Metadata(), { deadline: Date.now() + LONG_MS }, (error, response) => {
        if (error !== null) return reject(error);
        check(response.rawOutputContents[0]?.byteLength, load);
        resolve();
      });
    });
  };
  return { call, close: () => stub.close() };
}

function tensorOf({ datatype, bytes }: Load): Tensor {
  const data = Buffer.alloc(bytes, 1);
  // One element that fills the tensor behind its length word.
  if (datatype === "BYTES") data.writeUInt32LE(bytes - 4, 0);
  return { name: "INPUT0", datatype, shape: [1, datatype === "BYTES" ? 1 : bytes / 4], data };
}

function check(got: number | undefined, { bytes }: Load): void {
  if (got !== bytes) throw new Error(`the answer has ${got ?? "no"} bytes, it must have ${bytes}`);
}

async function run(load: Load): Promise<LoadResult> {
  const caller = process.argv[2] === "stub" ? openStub(load) : openOurs(load);
  // The connection is no part of what is measured.
  await caller.call();
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  let requests = 0;
  const keepCalling = async () => {
    while (performance.now() - began < load.forMs) {
      await caller.call();
      requests += 1;
    }
  };
  await Promise.all(Array.from({ length: load.inFlight }, keepCalling));
  const { user, system } = process.cpuUsage(cpu);
  const elapsedMs = performance.now() - began;
  caller.close();
  return { requests, elapsedMs, cpuMicros: user + system };
}

process.on("message", (message) => {
  void run(loadSchema.parse(message)).then((result) => process.send?.(result));
});
process.once("disconnect", () => process.exit(0));
