import { createServer } from "node:net";
import { encodeInferResponse } from "../inference/wire/infer-response.ts";
import { serveSink } from "./infer-client-sink.ts";

// A gRPC server that answers any ModelInfer with a tensor of about the request's size and does nothing else.
// Arguments: the tensor sizes in bytes that it can answer with. Tells its port first, then its processor time when asked.
const answers = process.argv.slice(2).map((size) =>
  encodeInferResponse({
    modelName: "identity",
    modelVersion: "1",
    id: "",
    parameters: {},
    outputs: [{ name: "OUTPUT0", datatype: "UINT8", shape: [1, Number(size)], parameters: {}, contents: undefined }],
    rawOutputContents: [Buffer.alloc(Number(size), 7)],
  }),
);
const server = createServer({ noDelay: true }, (socket) => serveSink(socket, answers));
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.(typeof address === "object" && address !== null ? address.port : 0);
});
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.once("disconnect", () => process.exit(0));
