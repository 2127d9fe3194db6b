import { z } from "zod";
import { type Code, CODES, PayerHubError } from "../runtime/error.ts";
import { withDeadline } from "../runtime/signals.ts";
import type { World } from "../runtime/world.ts";

/** Longest token request, in milliseconds. */
const REQUEST_DEADLINE_MS = 10_000;

/** A token is renewed so long before it expires, in seconds: longer than the clocks may differ. */
const RENEW_BEFORE_S = 60;

const tokenSchema = z.object({ access_token: z.string(), expires_in: z.number() });

const problemSchema = z.object({ code: z.string(), message: z.string() });

export interface TokenSourceOptions {
  /** Origin of the gateway's HTTP port, for example `http://127.0.0.1:7080`. */
  readonly httpUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly world: Pick<World, "now">;
  readonly signal: AbortSignal;
}

/**
 * A function that gives a valid token, asked for with client credentials and kept until shortly before it expires; made for
 * `createIntakeClient`. Throws UNAUTHENTICATED for wrong credentials and UNAVAILABLE when the gateway does not answer.
 */
export function createTokenSource(options: TokenSourceOptions): () => Promise<string> {
  let kept: { readonly token: string; readonly renewAtMs: number } | undefined;
  return async () => {
    const nowMs = options.world.now();
    if (kept === undefined || nowMs >= kept.renewAtMs) {
      const { access_token: token, expires_in: expiresInS } = await askForToken(options);
      const renewInS = Math.max(expiresInS - RENEW_BEFORE_S, expiresInS / 2);
      kept = { token, renewAtMs: nowMs + renewInS * 1000 };
    }
    return kept.token;
  };
}

async function askForToken({ httpUrl, clientId, clientSecret, signal }: TokenSourceOptions): Promise<z.infer<typeof tokenSchema>> {
  const attempted = `asking "${httpUrl}" for a token`;
  const body = new URLSearchParams({ grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret });
  let response: Response;
  try {
    const url = new URL("/api/v1/auth/token", httpUrl);
    response = await fetch(url, { method: "POST", body, redirect: "error", signal: withDeadline(signal, REQUEST_DEADLINE_MS) });
  } catch (caught) {
    throw PayerHubError.from(caught, { code: "UNAVAILABLE", attempted });
  }
  const answer: unknown = await response.json().catch(() => undefined);
  const token = tokenSchema.safeParse(answer);
  if (response.ok && token.success) return token.data;
  const problem = problemSchema.safeParse(answer);
  if (problem.success && isCode(problem.data.code)) throw new PayerHubError(problem.data.code, problem.data.message);
  throw new PayerHubError("UNAVAILABLE", `${attempted}: it answered HTTP status "${response.status}", it must answer a token`);
}

function isCode(text: string): text is Code {
  return Object.hasOwn(CODES, text);
}
