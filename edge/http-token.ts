import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { PayerHubError } from "../runtime/error.ts";
import type { Tokens } from "./auth.ts";
import { type Clients, SCOPES } from "./clients.ts";

/** Largest token request in bytes. */
const MAX_TOKEN_BODY_BYTES = 4 * 1024;

/** RFC 6749, section 4.4.2. */
const grantSchema = z.strictObject({
  grant_type: z.literal("client_credentials"),
  client_id: z.string().min(1).max(64),
  client_secret: z.string().min(1).max(256),
  scope: z.string().max(256).optional(),
});

export interface TokenRouteParts {
  readonly clients: Clients;
  readonly tokens: Tokens;
  readonly tokensPerMinute: number;
}

/** `POST /api/v1/auth/token`: client credentials as form or JSON, answered with a short-lived bearer token. */
export function addTokenRoute(app: FastifyInstance, parts: TokenRouteParts): void {
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string", bodyLimit: MAX_TOKEN_BODY_BYTES },
    (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))));
    },
  );
  const config = { rateLimit: { max: parts.tokensPerMinute, timeWindow: "1 minute" } };
  app.post("/api/v1/auth/token", { bodyLimit: MAX_TOKEN_BODY_BYTES, config }, async (request, reply) => {
    const parsed = grantSchema.safeParse(request.body);
    if (!parsed.success) {
      throw new PayerHubError("INVALID_ARGUMENT", "reading a token request: it is malformed, it must be a client_credentials grant");
    }
    const client = await parts.clients.authenticate(parsed.data.client_id, parsed.data.client_secret);
    const asked = parsed.data.scope?.split(" ").filter((scope) => scope !== "");
    if (asked?.some((scope) => !client.scopes.some((allowed) => allowed === scope)) === true) {
      throw new PayerHubError("PERMISSION_DENIED", "issuing a token: the client may not have a scope it asks for, it must ask for less");
    }
    const scopes = asked === undefined ? client.scopes : SCOPES.filter((scope) => asked.includes(scope));
    const { accessToken, expiresInS } = await parts.tokens.issue({ ...client, scopes });
    return await reply.header("cache-control", "no-store").send({
      access_token: accessToken,
      token_type: "Bearer",
      expires_in: expiresInS,
      scope: scopes.join(" "),
    });
  });
}
