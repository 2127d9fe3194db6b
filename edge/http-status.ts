import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { GetDocumentStatusResponse } from "../proto/intake/v1/intake.pb.ts";
import { withDeadline } from "../runtime/signals.ts";
import { requireScope } from "./auth.ts";
import type { PortParts } from "./port-parts.ts";

/** Longest status question, in milliseconds. */
const STATUS_DEADLINE_MS = 5_000;

const paramsSchema = z.object({ id: z.string() });

/** `GET /api/v1/documents/{id}/status` within the tenant of the token. */
export function addStatusRoute(app: FastifyInstance, parts: PortParts, stopping: AbortSignal): void {
  app.get("/api/v1/documents/:id/status", async (request, reply) => {
    const principal = await parts.tokens.verify(request.headers.authorization);
    requireScope(principal, "documents.read");
    const { id } = paramsSchema.parse(request.params);
    const status = await parts.lookup.lookup(principal.tenant, id, withDeadline(stopping, STATUS_DEADLINE_MS));
    return await reply.header("cache-control", "no-store").send(toJson(status));
  });
}

/** Times as numbers: milliseconds since the epoch stay exact in JSON for 285,000 years. */
function toJson(status: GetDocumentStatusResponse): Record<string, unknown> {
  return { ...status, receivedAtMs: Number(status.receivedAtMs), updatedAtMs: Number(status.updatedAtMs) };
}
