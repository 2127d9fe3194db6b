import type { Multipart, MultipartFile } from "@fastify/multipart";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { IntakeChannel } from "../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../runtime/error.ts";
import { withDeadline } from "../runtime/signals.ts";
import { type Principal, requireScope } from "./auth.ts";
import { requireDigest } from "./digest-check.ts";
import { withIdleLimit } from "./idle-limit.ts";
import type { IntakeReceipt } from "./intake.ts";
import type { PortParts } from "./port-parts.ts";

/** Fields before the file; anything else is refused, because nobody would see that it was ignored. */
const FIELDS = ["caseId", "sender", "sha256"] as const;

type Field = (typeof FIELDS)[number];

const ATTEMPTED = "receiving a multipart upload";

/** Size of a field in bytes and numbers of parts: a form of this route has at most three fields and one file. */
const MULTIPART_LIMITS = {
  fieldNameSize: 64,
  fieldSize: 1_024,
  fields: FIELDS.length,
  files: 1,
  parts: FIELDS.length + 1,
  headerPairs: 16,
};

interface Form {
  readonly fields: Partial<Record<Field, string>>;
  readonly file: MultipartFile;
}

/** `POST /api/v1/documents/upload`: fields caseId, sender and sha256 (all optional), then one file; streamed, never buffered. */
export function addUploadRoute(app: FastifyInstance, parts: PortParts, stopping: AbortSignal): void {
  app.post("/api/v1/documents/upload", async (request, reply) => {
    const principal = await parts.tokens.verify(request.headers.authorization);
    requireScope(principal, "documents.write");
    using slot = parts.uploads.tryTake();
    if (slot === undefined) {
      throw new PayerHubError("RESOURCE_EXHAUSTED", "taking an upload: all upload slots are in use, one must be free");
    }
    if (!request.isMultipart()) {
      throw new PayerHubError("INVALID_ARGUMENT", `${ATTEMPTED}: the content type is another, it must be multipart/form-data`);
    }
    const signal = withDeadline(AbortSignal.any([disconnectOf(request), stopping]), parts.limits.uploadDeadlineMs);
    const receipt = await receive(parts, principal, request, signal);
    return await reply
      .code(receipt.duplicate ? 200 : 201)
      .header("location", `/api/v1/documents/${receipt.documentId}/status`)
      .send(receipt);
  });
}

function disconnectOf(request: FastifyRequest): AbortSignal {
  const gone = new AbortController();
  request.raw.once("close", () => {
    if (!request.raw.complete) gone.abort();
  });
  return gone.signal;
}

async function receive(parts: PortParts, principal: Principal, request: FastifyRequest, signal: AbortSignal): Promise<IntakeReceipt> {
  const limit = { idleMs: parts.limits.idleMs, signal, attempted: ATTEMPTED };
  const parsed = request.parts({ limits: { ...MULTIPART_LIMITS, fileSize: Number.POSITIVE_INFINITY } });
  const form = withIdleLimit(wellFormed<Multipart>(parsed), limit);
  try {
    const { fields, file } = await readForm(form);
    const stated = fields.sha256;
    const submission = {
      tenant: principal.tenant,
      submittedBy: principal.clientId,
      channel: IntakeChannel.HTTP,
      fileName: file.filename,
      declaredType: file.mimetype,
      sender: fields.sender ?? "",
      caseId: fields.caseId ?? "",
      ...(stated === undefined ? {} : { checkDigest: (sha256: string) => requireDigest(stated, sha256) }),
    };
    return await parts.intake.submit(submission, toTheEnd(withIdleLimit(wellFormed<Uint8Array>(file.file), limit), form), signal);
  } finally {
    // Not awaited: a source that is asked for its next part right now would hold the answer back.
    void form.return().catch(() => {});
  }
}

/** What the form's parser throws is the client's fault; its own client errors keep their status. */
async function* wellFormed<T>(source: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  try {
    yield* source;
  } catch (caught) {
    if (caught instanceof PayerHubError || (caught instanceof Error && "statusCode" in caught)) throw caught;
    throw new PayerHubError("INVALID_ARGUMENT", `${ATTEMPTED}: the form is malformed or cut off, it must end with its last boundary`, {
      cause: caught,
    });
  }
}

async function readForm(form: AsyncIterator<Multipart>): Promise<Form> {
  const fields: Partial<Record<Field, string>> = {};
  for (let step = await form.next(); step.done !== true; step = await form.next()) {
    const part = step.value;
    if (part.type === "file") return { fields, file: part };
    const name = FIELDS.find((field) => field === part.fieldname);
    if (name === undefined || typeof part.value !== "string" || part.valueTruncated) {
      throw new PayerHubError("INVALID_ARGUMENT", `${ATTEMPTED}: a field is unknown or too long, it must be one of "${FIELDS.join(", ")}"`);
    }
    fields[name] = part.value;
  }
  throw new PayerHubError("INVALID_ARGUMENT", `${ATTEMPTED}: there is no file, there must be one after the fields`);
}

/** The file's bytes; ends only when the form's last boundary came too, so that a cut-off body is never taken for a whole one. */
async function* toTheEnd(file: AsyncIterable<Uint8Array>, form: AsyncIterator<Multipart>): AsyncGenerator<Uint8Array, void, undefined> {
  yield* file;
  const rest = await form.next();
  if (rest.done !== true) {
    throw new PayerHubError("INVALID_ARGUMENT", `${ATTEMPTED}: a part follows the file, the file must be the last part`);
  }
}
