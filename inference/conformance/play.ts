import { setTimeout as delay } from "node:timers/promises";
import { Client, credentials, Metadata, status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { METHODS } from "./methods.ts";
import { normalize } from "./normalize.ts";
import type { Outcome, Step } from "./vector.ts";

/** Longest that one call may take, in milliseconds; the machine may be busy. */
const CALL_DEADLINE_MS = 30_000;
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** Pause before calls are cancelled, in milliseconds: they must have reached the server. */
const CANCEL_AFTER_MS = 50;

/** Plays the steps of one vector against the server at `host:port` and tells what it answered to each. */
export async function playSteps(endpoint: string, steps: readonly Step[]): Promise<readonly Outcome[]> {
  const client = new Client(endpoint, credentials.createInsecure(), { "grpc.max_receive_message_length": MAX_MESSAGE_BYTES });
  try {
    const outcomes: Promise<Outcome>[] = [];
    for (const step of steps) {
      if (step.pauseMs !== undefined) await delay(step.pauseMs);
      const outcome = playStep(client, step);
      outcomes.push(outcome);
      if (step.background !== true) await outcome;
    }
    return await Promise.all(outcomes);
  } finally {
    client.close();
  }
}

async function playStep(client: Client, step: Step): Promise<Outcome> {
  if (step.requests !== undefined) return await playStream(client, step, step.requests);
  if (step.times === undefined) return (await unary(client, step)).outcome;
  const calls = Array.from({ length: step.times }, async (_, index) => await unary(client, step, index < (step.cancelled ?? 0)));
  const codes: Record<string, number> = {};
  for (const { code } of await Promise.all(calls)) codes[code] = (codes[code] ?? 0) + 1;
  return { codes: Object.fromEntries(Object.entries(codes).toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}

interface Answered {
  readonly code: string;
  readonly outcome: Outcome;
}

async function unary(client: Client, step: Step, cancelled = false): Promise<Answered> {
  const codec = METHODS[step.method];
  const wire = step.wire === undefined ? codec.toWire(step.request ?? {}) : Buffer.from(step.wire, "base64");
  return await new Promise((resolve) => {
    const answer = (error: ServiceError | null, response?: Buffer) => {
      const code = error === null ? "OK" : nameOf(error.code, error.details);
      const told =
        error === null ? { response: normalize(step.method, codec.toJson(response ?? Buffer.alloc(0))) } : { text: error.details };
      resolve({ code, outcome: { code, ...told } });
    };
    const call = client.makeUnaryRequest(
      codec.path,
      asIs,
      asIs,
      wire,
      metadataOf(step),
      { deadline: Date.now() + CALL_DEADLINE_MS },
      answer,
    );
    if (cancelled) setTimeout(() => call.cancel(), CANCEL_AFTER_MS);
  });
}

async function playStream(client: Client, step: Step, requests: readonly unknown[]): Promise<Outcome> {
  const codec = METHODS[step.method];
  const call = client.makeBidiStreamRequest<Buffer, Buffer>(codec.path, asIs, asIs, metadataOf(step), {
    deadline: Date.now() + CALL_DEADLINE_MS,
  });
  const replies: { readonly key: string; readonly reply: Outcome["response"] }[] = [];
  call.on("data", (wire: Buffer) => {
    const reply = normalize(step.method, codec.toJson(wire));
    replies.push({ key: JSON.stringify(reply), reply });
  });
  const ended = new Promise<string>((resolve) => {
    call.on("error", () => {});
    call.on("status", ({ code, details }) => resolve(nameOf(code, details)));
  });
  for (const request of requests) call.write(codec.toWire(request));
  call.end();
  const code = await ended;
  return { code, replies: replies.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ reply }) => reply ?? null) };
}

function metadataOf(step: Step): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(step.metadata ?? {})) metadata.set(key, value);
  return metadata;
}

function asIs(bytes: Buffer): Buffer {
  return bytes;
}

/** Overload has the code of an outage; only the words tell them apart, so they are part of the name. */
function nameOf(code: status, details: string): string {
  const overload = /Exceeds maximum queue size|Request timeout expired/.exec(details);
  return overload === null ? (status[code] ?? String(code)) : `${status[code]}: ${overload[0]}`;
}
