import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { jetstream } from "@nats-io/jetstream";
import { upConfigFrom } from "../cli/config.ts";
import { startUp, type Up } from "../cli/up.ts";
import { generateDocument } from "../corpus/generate.ts";
import { createIntakeClient } from "../edge/intake-client.ts";
import { DocumentType } from "../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../runtime/error.ts";
import { createLogger } from "../runtime/log.ts";
import { connectBus } from "../runtime/nats.ts";
import { bareOcr } from "./bare-ocr.ts";
import { watchMemory } from "./process-memory.ts";
import { median, percentile, type Report, type RunRequest } from "./report.ts";

const DEFAULT_COUNT = 12;
const PAGES = 3;
/** Longest wait for one document's event, in milliseconds. */
const EVENT_DEADLINE_MS = 120_000;
const MIB = 1024 * 1024;

interface Fax {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/**
 * 3-page mild fine faxes, one after the other, from gRPC submit to the hub's event; then all at once for throughput. Baseline
 * in the same run, interleaved: the same engine on the same pages, one page after the other and nothing else.
 */
export async function benchFlow(request: RunRequest): Promise<Report> {
  const count = request.count ?? DEFAULT_COUNT;
  request.progress(`generating ${count * 2} faxes of ${PAGES} pages`);
  const faxes = await threePageFaxes(request.seed, count * 2);
  const home = await mkdtemp(join(tmpdir(), "payerhub-bench-"));
  const log = createLogger({ level: "silent" });
  const config = upConfigFrom({ home });
  const up = await startUp(config, { log }, request.signal);
  try {
    const memory = watchMemory(processName);
    const single = await oneByOne(up, { faxes: faxes.slice(0, count), tesseract: config.tesseract }, request);
    const together = await allAtOnce(up, faxes.slice(count), request);
    const peak = await memory.stop();
    return report({ request, single, together, peak, count, engine: config.tesseract === undefined ? "tesseract.js" : "native tesseract" });
  } finally {
    await up.stop();
    await rm(home, { recursive: true, force: true });
  }
}

/** Which program a command line is, without paths that differ from machine to machine. */
function processName(command: string): string {
  const script = command.split(" ").find((part) => /\.(ts|mjs|js)$/.test(part));
  const program = basename(script ?? command.split(" ")[0] ?? "unknown").replace(/\.(ts|mjs|js)$/, "");
  // The fetched tesseract is started by its own loader.
  return program === "loader" ? "tesseract" : program;
}

/** Draws documents until enough of them have exactly three pages; a type's length varies with its content. */
async function threePageFaxes(seed: number, count: number): Promise<readonly Fax[]> {
  const types = [
    DocumentType.PRIOR_AUTHORIZATION_REQUEST,
    DocumentType.EXPLANATION_OF_BENEFIT,
    DocumentType.DETERMINATION_LETTER,
    DocumentType.MEDICAL_RECORD,
  ];
  const faxes: Fax[] = [];
  for (let draw = 0; faxes.length < count && draw < count * 20; draw++) {
    const type = types[draw % types.length] ?? DocumentType.EXPLANATION_OF_BENEFIT;
    const quality = { resolution: "fine", level: "mild", family: "fax" } as const;
    const document = await generateDocument({ seed: seed + draw, type, quality, format: "tiff" });
    if (document.truth.pages.length === PAGES) faxes.push(document);
  }
  if (faxes.length < count) {
    throw new PayerHubError("INTERNAL", `generating faxes: ${faxes.length} of ${count} have ${PAGES} pages, all must`);
  }
  return faxes;
}

interface Single {
  readonly eventMs: readonly number[];
  readonly bareMs: readonly number[];
}

interface Series {
  readonly faxes: readonly Fax[];
  /** Path of the native program, when the product reads with it. */
  readonly tesseract: string | undefined;
}

async function oneByOne(up: Up, { faxes, tesseract }: Series, request: RunRequest): Promise<Single> {
  const eventMs: number[] = [];
  const bareMs: number[] = [];
  await using events = await hubEvents(up, request.signal);
  const ocr = await bareOcr(tesseract);
  try {
    for (const [index, fax] of faxes.entries()) {
      const startedAt = performance.now();
      const documentId = await submit(up, fax, request.signal);
      await events.next(documentId);
      eventMs.push(performance.now() - startedAt);
      bareMs.push(await ocr.timeDocument(fax.bytes));
      request.progress(
        `${index + 1}/${faxes.length}: event after ${Math.round(eventMs.at(-1) ?? 0)} ms, bare OCR ${Math.round(bareMs.at(-1) ?? 0)} ms`,
      );
    }
  } finally {
    await ocr.stop();
  }
  return { eventMs, bareMs };
}

async function allAtOnce(up: Up, faxes: readonly Fax[], request: RunRequest): Promise<{ readonly pagesPerMin: number }> {
  await using events = await hubEvents(up, request.signal);
  const startedAt = performance.now();
  const ids = await Promise.all(faxes.map(async (fax) => await submit(up, fax, request.signal)));
  for (const id of ids) await events.next(id);
  const minutes = (performance.now() - startedAt) / 60_000;
  request.progress(`${faxes.length} together: ${(minutes * 60).toFixed(1)} s`);
  return { pagesPerMin: (faxes.length * PAGES) / minutes };
}

async function submit(up: Up, fax: Fax, signal: AbortSignal): Promise<string> {
  const { token } = await issueToken(up);
  const client = createIntakeClient({ address: `127.0.0.1:${up.edge.grpcPort}`, token: () => token });
  try {
    const chunks = (async function* () {
      yield fax.bytes;
    })();
    const answer = await client.submitStream({ fileName: fax.fileName, chunks, totalBytes: fax.bytes.length }, { signal });
    return answer.documentId;
  } finally {
    client.close();
  }
}

async function issueToken(up: Up): Promise<{ readonly token: string }> {
  const issued = await up.edge.tokens.issue({ clientId: "bench", tenant: up.tenant, scopes: ["documents.write", "documents.read"] });
  return { token: issued.accessToken };
}

/** Hub events as a subscriber gets them, by document. */
async function hubEvents(up: Up, signal: AbortSignal): Promise<{ next(documentId: string): Promise<void> } & AsyncDisposable> {
  const bus = await connectBus({
    url: up.nats.url,
    token: up.nats.token,
    name: "bench-hub",
    log: createLogger({ level: "silent" }),
    signal,
  });
  const consumer = await jetstream(bus.connection).consumers.get("HUB_EVENTS", { filter_subjects: [`hub.v1.${up.tenant}.>`] });
  const seen = new Set<string>();
  const waiting = new Map<string, () => void>();
  const messages = await consumer.consume();
  const reading = (async () => {
    for await (const message of messages) {
      const { data } = message.json<{ data: { documentId: string } }>();
      seen.add(data.documentId);
      waiting.get(data.documentId)?.();
    }
  })();
  return {
    next: async (documentId) => {
      if (seen.has(documentId)) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.set(documentId, resolve);
      const timer = setTimeout(
        () => reject(new PayerHubError("DEADLINE_EXCEEDED", `waiting for the event of "${documentId}": none came`)),
        EVENT_DEADLINE_MS,
      );
      await promise.finally(() => clearTimeout(timer));
    },
    [Symbol.asyncDispose]: async () => {
      await messages.close();
      await reading;
      await bus.stop();
    },
  };
}

interface Measured {
  readonly request: RunRequest;
  readonly single: Single;
  readonly together: { readonly pagesPerMin: number };
  readonly peak: { readonly totalBytes: number; readonly byProcess: Readonly<Record<string, number>> };
  readonly count: number;
  readonly engine: string;
}

function report({ request, single, together, peak, count, engine }: Measured): Report {
  const byProcess = Object.entries(peak.byProcess).map(
    ([name, bytes]) => [`peak_rss_${name.replaceAll(/[^a-z0-9]+/gi, "_")}_mb`, Math.round(bytes / MIB)] as const,
  );
  const perFax = single.eventMs.map((ms, index) => ms / (single.bareMs[index] ?? Number.NaN));
  return {
    name: "flow",
    seed: request.seed,
    figures: {
      submit_to_event_p50_ms: Math.round(percentile(single.eventMs, 0.5)),
      submit_to_event_p95_ms: Math.round(percentile(single.eventMs, 0.95)),
      pages_per_min: Math.round(together.pagesPerMin * 10) / 10,
      peak_rss_mb: Math.round(peak.totalBytes / MIB),
      ...Object.fromEntries(byProcess),
    },
    ratios: { submit_to_event_to_bare_ocr: median(perFax) },
    baseline: {
      what: `${engine} alone, one page after the other, same pages`,
      figures: { bare_ocr_p50_ms: Math.round(median(single.bareMs)) },
    },
    runs: count,
    commands: [`npm run bench -- flow --seed ${request.seed} --count ${count}`],
  };
}
