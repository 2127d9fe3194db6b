import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ModelInferRequest, ModelInferResponse } from "../../proto/inference/grpc_service.pb.ts";
import { arbitraryRequest, arbitraryResponse } from "./arbitrary-message.ts";
import { messageOf } from "./frame.ts";
import { decodeInferRequest, encodeInferRequest, encodeInferRequestPieces } from "./infer-request.ts";
import { decodeInferResponse, encodeInferResponse, encodeInferResponsePieces } from "./infer-response.ts";

const RUNS = { numRuns: 300 };
const CODECS = [
  { name: "request", decode: decodeInferRequest, code: "INVALID_ARGUMENT", field: 7 },
  { name: "response", decode: decodeInferResponse, code: "INTERNAL", field: 6 },
] as const;

for (const { name, decode, code, field } of CODECS) {
  describe(`decoding a ${name} that is none`, () => {
    const refuses = (bytes: readonly number[] | Uint8Array) => assert.throws(() => decode(Uint8Array.from(bytes)), { code });

    it("refuses numbers that end early or never", () => {
      refuses([0x0a]);
      refuses([0x80]);
      refuses([0x08, 0x80, 0x80]);
      refuses([0x78, ...Array<number>(10).fill(0xff), 1]);
    });

    it("refuses lengths beyond the message, without allocating by them", () => {
      refuses([0x0a, 5, 65]);
      refuses([(field << 3) | 2, 0xff, 0xff, 0xff, 0xff, 0x0f]);
      refuses([(field << 3) | 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
      // A tensor whose name reaches beyond the tensor, but not beyond the message.
      refuses([0x2a, 3, 0x0a, 5, 65, 66, 67, 68, 69]);
      // A dimension that reaches beyond the packed list.
      refuses([0x2a, 4, 0x1a, 1, 0x80, 1, 0x0a, 1, 65]);
    });

    it("refuses field number 0, wire types that there are not and groups that do not pair", () => {
      refuses([0x00, 1]);
      refuses([0x7e, 1]);
      refuses([0x7f, 1]);
      refuses([0x7c]);
      refuses([0x7b, 0x08, 1]);
      refuses([0x7b, 0x74]);
      refuses(Array<number>(100).fill(0x7b));
    });

    it("refuses a few megabytes that would become gigabytes", () => {
      const tensors = Buffer.alloc(4 * 1024 * 1024);
      for (let at = 0; at < tensors.length; at += 2) tensors[at] = 0x2a;
      refuses(tensors);
      const raws = Buffer.alloc(4 * 1024 * 1024);
      for (let at = 0; at < raws.length; at += 2) raws[at] = (field << 3) | 2;
      refuses(raws);
      const dimensions = Buffer.alloc(4 * 1024 * 1024);
      dimensions.set([0x2a, 0xfb, 0xff, 0xff, 0x01, 0x1a, 0xf6, 0xff, 0xff, 0x01]);
      refuses(dimensions);
    });

    it("ends with the code or a message for any bytes", () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
          try {
            decode(bytes);
          } catch (error) {
            assert.equal(Reflect.get(Object(error), "code"), code);
          }
        }),
        { numRuns: 3_000 },
      );
    });
  });
}

it("a request that is cut anywhere is refused or a shorter request, never more", () => {
  fc.assert(
    fc.property(arbitraryRequest, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (request, share) => {
      const whole = messageOf(encodeInferRequest(request));
      try {
        const cut = decodeInferRequest(whole.subarray(0, Math.floor(whole.length * share)));
        assert.ok(cut.inputs.length <= request.inputs.length && cut.rawInputContents.length <= request.rawInputContents.length);
      } catch (error) {
        assert.equal(Reflect.get(Object(error), "code"), "INVALID_ARGUMENT");
      }
    }),
    RUNS,
  );
});

describe("full fidelity with the generated codec", () => {
  it("requests: the same bytes, and each decodes the other's", () => {
    fc.assert(
      fc.property(arbitraryRequest, (request) => {
        const ours = messageOf(encodeInferRequest(request));
        const generated = Buffer.from(ModelInferRequest.encode(request).finish());
        assert.deepEqual(ours, generated);
        assert.deepEqual(ModelInferRequest.decode(ours), decodeInferRequest(generated));
      }),
      RUNS,
    );
  });

  it("responses: the same bytes, and each decodes the other's", () => {
    fc.assert(
      fc.property(arbitraryResponse, (response) => {
        const ours = messageOf(encodeInferResponse(response));
        const generated = Buffer.from(ModelInferResponse.encode(response).finish());
        assert.deepEqual(ours, generated);
        assert.deepEqual(ModelInferResponse.decode(ours), decodeInferResponse(generated));
      }),
      RUNS,
    );
  });

  it("unknown fields of every wire type are skipped, groups too", () => {
    // Fields 13 to 15: a varint, eight bytes, a text, four bytes, and a group in a group.
    const unknown = [0x68, 0xff, 1, 0x71, 1, 2, 3, 4, 5, 6, 7, 8, 0x7a, 2, 1, 2, 0x6d, 1, 2, 3, 4, 0x7b, 0x73, 0x68, 1, 0x74, 0x7c];
    fc.assert(
      fc.property(arbitraryRequest, arbitraryResponse, (request, response) => {
        const around = (bytes: Uint8Array) => Buffer.from([...unknown, ...bytes, ...unknown]);
        const [asked, answered] = [ModelInferRequest.encode(request).finish(), ModelInferResponse.encode(response).finish()];
        assert.deepEqual(decodeInferRequest(around(asked)), ModelInferRequest.decode(asked));
        assert.deepEqual(decodeInferResponse(around(answered)), ModelInferResponse.decode(answered));
      }),
      { numRuns: 100 },
    );
  });

  it("values are taken unpacked, repeated fields may be interleaved and the last of a single field wins", () => {
    // contents: int_contents 1 and -1 unpacked; shape 3 unpacked and 4 packed; two names.
    const contents = [0x10, 1, 0x10, ...Array<number>(9).fill(0xff), 1];
    const tensor = [0x0a, 1, 65, 0x18, 3, 0x1a, 1, 4, 0x0a, 1, 66, 0x2a, contents.length, ...contents];
    const bytes = Uint8Array.from([0x3a, 1, 9, 0x2a, tensor.length, ...tensor, 0x3a, 0, 0x0a, 1, 65, 0x0a, 1, 66]);
    const decoded = decodeInferRequest(bytes);
    assert.deepEqual(decoded, ModelInferRequest.decode(bytes));
    assert.deepEqual(decoded.inputs[0]?.contents?.intContents, [1, -1]);
    assert.deepEqual([decoded.modelName, decoded.inputs[0]?.name, decoded.inputs[0]?.shape], ["B", "B", [3n, 4n]]);
  });

  it("a parameter's name cannot reach an object's prototype", () => {
    const parameters: ModelInferRequest["parameters"] = JSON.parse(
      '{"__proto__": {"parameterChoice": {"$case": "boolParam", "boolParam": true}}}',
    );
    const request = { modelName: "m", modelVersion: "", id: "", parameters, inputs: [], outputs: [], rawInputContents: [] };
    const decoded = decodeInferRequest(messageOf(encodeInferRequest(request)));
    assert.equal(Object.getPrototypeOf(decoded.parameters), Object.prototype);
    assert.deepEqual(Object.keys(decoded.parameters), ["__proto__"]);
  });
});

it("shapes may be numbers and raw contents any view", () => {
  const floats = Float32Array.of(0, 1.5, 2).subarray(1);
  const tensor = { name: "x", datatype: "FP32", shape: [1, 2, -1, 2 ** 40], parameters: {}, contents: undefined };
  const frame = encodeInferRequest({
    modelName: "m",
    modelVersion: "",
    id: "",
    parameters: {},
    inputs: [tensor],
    outputs: [],
    rawInputContents: [new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength)],
  });
  const decoded = ModelInferRequest.decode(messageOf(frame));
  assert.deepEqual(decoded.inputs[0]?.shape, [1n, 2n, -1n, 2n ** 40n]);
  assert.deepEqual(decoded.rawInputContents, [Buffer.from([0, 0, 0xc0, 0x3f, 0, 0, 0, 0x40])]);
  assert.deepEqual([frame[0], frame.readUInt32BE(1)], [0, frame.length - 5]);
});

it("a frame in pieces is the whole frame, with large raw contents not copied", () => {
  fc.assert(
    fc.property(arbitraryRequest, arbitraryResponse, fc.nat({ max: 300 }), (request, response, copyBelow) => {
      const asked = encodeInferRequestPieces(request, copyBelow);
      assert.deepEqual(Buffer.concat(asked), encodeInferRequest(request));
      for (const raw of request.rawInputContents) assert.equal(asked.includes(raw), raw.length >= copyBelow);
      assert.deepEqual(Buffer.concat(encodeInferResponsePieces(response, copyBelow)), encodeInferResponse(response));
    }),
    RUNS,
  );
});

it("raw contents of a decoded message are views on the received bytes", () => {
  const bytes = ModelInferResponse.encode(ModelInferResponse.fromPartial({ rawOutputContents: [Buffer.from("abcd")] })).finish();
  const [raw] = decodeInferResponse(bytes).rawOutputContents;
  assert.equal(raw?.buffer, bytes.buffer);
});
