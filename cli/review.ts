import { readFile } from "node:fs/promises";
import { z } from "zod";
import { PayerHubError } from "../runtime/error.ts";
import type { ListRequest, ReviewDesk } from "../mesh/review/desk.ts";
import type { ReviewView } from "../mesh/review/review-view.ts";
import type { Verdict } from "../mesh/review/verdict.ts";
import { type CommandIo, textTable } from "./command-io.ts";
import { EXIT, runCommand } from "./exit-code.ts";

/** Largest verdict file, in characters. */
const MAX_VERDICT_LENGTH = 1_000_000;
const MINUTE_MS = 60_000;

/** What all review commands are told. */
export interface ReviewContext {
  readonly desk: ReviewDesk;
  readonly io: CommandIo;
  readonly tenant: string;
  readonly reviewer: string;
  readonly json: boolean;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

export interface ReviewListOptions {
  readonly state: ListRequest["state"];
  readonly type?: string;
  readonly payer?: string;
  readonly limit: number;
  readonly after?: string;
}

/** `payerhub review list`: the queue, oldest first, without PHI. */
export async function reviewList(context: ReviewContext, options: ReviewListOptions): Promise<number> {
  const { desk, io, tenant, signal, json, nowMs } = context;
  return await runCommand(io, "listing reviews", async () => {
    const { state, type, payer, limit, after } = options;
    const filter = { ...(type === undefined ? {} : { documentType: type }), ...(payer === undefined ? {} : { payerId: payer }) };
    const page = await desk.list({ tenant, state, limit, signal, ...filter, ...(after === undefined ? {} : { after }) });
    if (json) {
      for (const { value } of page.items) {
        const { documentId, revision, documentType, payerId, confidence, reasons, createdAtMs, lease } = value;
        io.out(
          JSON.stringify({
            documentId,
            revision,
            state: value.state,
            documentType,
            payerId,
            confidence,
            reasons,
            createdAtMs,
            reviewer: lease?.reviewer,
          }),
        );
      }
    } else {
      const rows = page.items.map(({ value }) => [
        value.documentId,
        value.documentType,
        value.payerId || "—",
        `${Math.round(value.confidence * 100)} %`,
        `${Math.floor((nowMs - value.createdAtMs) / MINUTE_MS)} min`,
        value.lease === undefined || value.lease.untilMs <= nowMs ? "—" : value.lease.reviewer,
        [...new Set(value.reasons.map(({ code }) => code))].join(", "),
      ]);
      io.out(
        rows.length === 0 ? "Nothing waits." : textTable(["document", "type", "payer", "confidence", "age", "reviewer", "reasons"], rows),
      );
    }
    if (page.next !== undefined) io.err(`more: --after ${page.next}`);
    return EXIT.ok;
  });
}

export interface ReviewShowOptions {
  readonly documentId: string;
  /** Shows values in clear; needs a purpose and is audited as a reveal. */
  readonly reveal: boolean;
  readonly purpose?: string;
}

/** `payerhub review show ID`: the fields with page, box and confidence; masked unless revealed for a purpose. */
export async function reviewShow(context: ReviewContext, options: ReviewShowOptions): Promise<number> {
  const { desk, io, tenant, reviewer, signal, json } = context;
  return await runCommand(io, "showing a review", async () => {
    const purpose = purposeOf(options);
    const view = await desk.show({ tenant, documentId: options.documentId, reviewer, purpose, reveal: options.reveal, signal });
    io.out(json ? JSON.stringify(view) : viewText(view));
    return EXIT.ok;
  });
}

/** Without a stated purpose people look at documents to settle coverage; a reveal must say why. */
function purposeOf({ reveal, purpose }: { readonly reveal?: boolean; readonly purpose?: string }): string {
  if (reveal === true && purpose === undefined) {
    throw new PayerHubError("INVALID_ARGUMENT", "revealing values: no purpose is stated, --purpose such as COVERAGE is required");
  }
  return purpose ?? "COVERAGE";
}

function viewText(view: ReviewView): string {
  const head = [
    `document    ${view.documentId} (revision ${view.revision})`,
    `type        ${view.documentType} (${Math.round(view.typeConfidence * 100)} %)${view.decision === "" ? "" : `, ${view.decision}`}`,
    `payer       ${view.payerId || "—"}`,
    `confidence  ${Math.round(view.confidence * 100)} %`,
    ...view.reasons.map(({ code, text, field }) => `reason      ${code}${field === "" ? "" : ` ${field}`}: ${text}`),
    ...(view.missingFields.length === 0 ? [] : [`missing     ${view.missingFields.join(", ")}`]),
  ];
  const rows = view.fields.map(({ name, value, confidence, page, box, method }) => [
    name,
    `${Math.round(confidence * 100)} %`,
    page === 0 ? "—" : String(page),
    box === undefined ? "—" : [box.x0, box.y0, box.x1, box.y1].map((edge) => Math.round(edge)).join(","),
    method,
    value,
  ]);
  return `${head.join("\n")}\n\n${textTable(["field", "confidence", "page", "box", "method", "value"], rows)}`;
}

const verdictFile = z.strictObject({
  documentType: z.string().optional(),
  decision: z.string().optional(),
  fields: z.record(z.string(), z.string()).default({}),
});

export interface ReviewSettleOptions {
  readonly documentId: string;
  readonly outcome: Verdict["outcome"];
  /** File with `{documentType?, decision?, fields}`: values are PHI and do not belong on a command line. */
  readonly verdictPath?: string;
  readonly purpose?: string;
}

/** `payerhub review settle ID --accept|--reject [--verdict FILE]`: the document re-joins the flow, or ends quarantined. */
export async function reviewSettle(context: ReviewContext, options: ReviewSettleOptions): Promise<number> {
  const { desk, io, tenant, reviewer, signal, json } = context;
  return await runCommand(io, "settling a review", async () => {
    const { documentType, decision, fields } = options.verdictPath === undefined ? { fields: {} } : await readVerdict(options.verdictPath);
    const said = { ...(documentType === undefined ? {} : { documentType }), ...(decision === undefined ? {} : { decision }) };
    const request = { tenant, documentId: options.documentId, reviewer, purpose: options.purpose ?? "COVERAGE", signal };
    const settled = await desk.settle(request, { outcome: options.outcome, fields, ...said });
    const { documentId } = options;
    io.out(json ? JSON.stringify({ documentId, ...settled }) : `${documentId}: ${settled.state}, revision ${settled.revision}`);
    return EXIT.ok;
  });
}

async function readVerdict(
  path: string,
): Promise<{ documentType?: string | undefined; decision?: string | undefined; fields: Record<string, string> }> {
  let parsed: ReturnType<typeof verdictFile.safeParse> | undefined;
  try {
    const text = await readFile(path, "utf8");
    parsed = text.length > MAX_VERDICT_LENGTH ? undefined : verdictFile.safeParse(JSON.parse(text));
  } catch (caught) {
    if (!(caught instanceof SyntaxError)) throw PayerHubError.from(caught, { attempted: `reading the verdict "${path}"` });
  }
  if (parsed?.success !== true) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `reading the verdict "${path}": it is malformed, JSON with documentType, decision and fields is required`,
    );
  }
  return parsed.data;
}

/** `payerhub review retry ID`: sends a quarantined or withheld document through the flow again. */
export async function reviewRetry(
  context: ReviewContext,
  options: { readonly documentId: string; readonly purpose?: string },
): Promise<number> {
  const { desk, io, tenant, reviewer, signal, json } = context;
  return await runCommand(io, "retrying a document", async () => {
    const { documentId } = options;
    const { revision } = await desk.retry({ tenant, documentId, reviewer, purpose: options.purpose ?? "COVERAGE", signal });
    io.out(json ? JSON.stringify({ documentId, state: "received", revision }) : `${documentId}: received again, revision ${revision}`);
    return EXIT.ok;
  });
}
