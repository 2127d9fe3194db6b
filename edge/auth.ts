import { decodeProtectedHeader, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { PayerHubError } from "../runtime/error.ts";
import type { World } from "../runtime/world.ts";
import { type EdgeClient, SCOPES, type Scope } from "./clients.ts";
import { SIGNING_ALGORITHM, type SigningKeys } from "./signing-key.ts";

/** `typ` of an access token (RFC 9068). */
const TOKEN_TYPE = "at+jwt";

/** Longest token looked at, in characters: ours have about 600. */
const MAX_TOKEN_LENGTH = 4_096;

/** Clock difference that is forgiven, in seconds. */
const MAX_SKEW_S = 30;

/** Nothing else may stand in a token's header: no key by value or by URL, no compression, no critical extension. */
const headerSchema = z.strictObject({
  alg: z.literal(SIGNING_ALGORITHM),
  typ: z.literal(TOKEN_TYPE),
  kid: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

const claimsSchema = z.strictObject({
  iss: z.string(),
  aud: z.string(),
  sub: z.string().min(1).max(64),
  tenant: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  scope: z.string().max(256),
  iat: z.number(),
  nbf: z.number(),
  exp: z.number(),
  jti: z.string().min(1).max(64),
});

/** Who calls, as the verified token says. The tenant comes from here and nowhere else. */
export interface Principal {
  readonly clientId: string;
  readonly tenant: string;
  readonly scopes: ReadonlySet<Scope>;
}

export interface IssuedToken {
  readonly accessToken: string;
  readonly expiresInS: number;
  readonly scopes: readonly Scope[];
}

/** Issues and verifies the access tokens of both ports. */
export interface Tokens {
  issue(client: Omit<EdgeClient, "secretHash">): Promise<IssuedToken>;
  /** `authorization` is the whole header value. Throws UNAUTHENTICATED without saying which check failed. */
  verify(authorization: string | undefined): Promise<Principal>;
}

export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  /** At most 900. */
  readonly lifetimeS: number;
}

export function createTokens(keys: SigningKeys, rules: TokenRules, world: World): Tokens {
  return {
    issue: async ({ clientId, tenant, scopes }) => {
      const nowS = Math.floor(world.now() / 1000);
      const accessToken = await new SignJWT({ tenant, scope: scopes.join(" ") })
        .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: TOKEN_TYPE, kid: keys.currentId })
        .setIssuer(rules.issuer)
        .setAudience(rules.audience)
        .setSubject(clientId)
        .setJti(world.uuid())
        .setIssuedAt(nowS)
        .setNotBefore(nowS)
        .setExpirationTime(nowS + rules.lifetimeS)
        .sign(keys.current);
      return { accessToken, expiresInS: rules.lifetimeS, scopes };
    },
    verify: async (authorization) => {
      const token = bearerOf(authorization);
      try {
        return await verifyToken(token, { keys, rules, world });
      } catch (caught) {
        throw new PayerHubError(
          "UNAUTHENTICATED",
          "verifying a token: it is not valid here and now, it must be a current token of this gateway",
          {
            cause: caught,
          },
        );
      }
    },
  };
}

/** Throws PERMISSION_DENIED unless the principal has the scope. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (!principal.scopes.has(scope)) {
    throw new PayerHubError(
      "PERMISSION_DENIED",
      `authorizing "${principal.clientId}": the token lacks the scope "${scope}", it must have it`,
    );
  }
}

function bearerOf(authorization: string | undefined): string {
  const match = /^Bearer ([A-Za-z0-9_.-]+)$/i.exec(authorization ?? "");
  const token = match?.[1];
  if (token === undefined || token.length > MAX_TOKEN_LENGTH) {
    throw new PayerHubError("UNAUTHENTICATED", "verifying a token: there is no bearer token, the authorization header must carry one");
  }
  return token;
}

async function verifyToken(
  token: string,
  { keys, rules, world }: { readonly keys: SigningKeys; readonly rules: TokenRules; readonly world: World },
): Promise<Principal> {
  const { kid } = headerSchema.parse(decodeProtectedHeader(token));
  const key = keys.verifiers.get(kid);
  if (key === undefined)
    throw new PayerHubError("UNAUTHENTICATED", "verifying a token: its key is unknown, it must be one of this gateway's");
  const { payload } = await jwtVerify(token, key, {
    algorithms: [SIGNING_ALGORITHM],
    typ: TOKEN_TYPE,
    issuer: rules.issuer,
    audience: rules.audience,
    clockTolerance: MAX_SKEW_S,
    maxTokenAge: rules.lifetimeS,
    currentDate: new Date(world.now()),
  });
  const claims = claimsSchema.parse(payload);
  const granted = new Set(claims.scope.split(" "));
  return { clientId: claims.sub, tenant: claims.tenant, scopes: new Set(SCOPES.filter((scope) => granted.has(scope))) };
}
