import { z } from "zod";

/** Models whose calls are split or copied; more is a mistake in the variable. */
const MAX_ROUTES = 16;
/** Request bytes in flight to one pod: a batch of 64 page tensors of 602 KB three times. */
const DEFAULT_MAX_BYTES_PER_POD = 128 * 1024 * 1024;
/** Below, no page tensor fits; above, one pod holds more than a container has. */
const FEWEST_BYTES_PER_POD = 1024 * 1024;
const MOST_BYTES_PER_POD = 2 ** 31;
/** Hedging beyond this makes an overload worse. */
const MAX_HEDGE_SHARE = 0.05;

const modelName = z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/);

const path = z.string().min(1).max(4_096);
const host = z.string().regex(/^[A-Za-z0-9_.-]{1,253}$/);

const routeSchema = z.strictObject({
  /** The model that callers name. */
  model: modelName,
  toModel: modelName,
  /** Absent lets the server choose. */
  toVersion: z
    .string()
    .regex(/^[1-9]\d{0,17}$/)
    .exactOptional(),
  /** Share of the model's calls, 0..1. */
  share: z.number().min(0).max(1),
});

const routes = z
  .array(routeSchema)
  .max(MAX_ROUTES)
  .refine((list) => new Set(list.map(({ model }) => model)).size === list.length, "a model has two routes, it may have one");

/** What a client of model servers does beyond asking; by default nothing. */
export const inferenceClientSchema = z
  .strictObject({
    /** Calls that another model or version answers instead, by document. */
    canary: routes.default([]),
    /** Calls that another model or version is asked too; its answer is compared and thrown away. */
    shadow: routes.default([]),
    /** Share of small calls that a second pod is asked too when the first is slow, 0 to 0.05; 0 never asks twice. */
    hedgeShare: z.number().min(0).max(MAX_HEDGE_SHARE).default(0),
    /** Request bytes in flight to one server. */
    maxBytesPerPod: z.int().min(FEWEST_BYTES_PER_POD).max(MOST_BYTES_PER_POD).default(DEFAULT_MAX_BYTES_PER_POD),
    /** Files of a client that speaks TLS to its servers; without any, TLS has the system's authorities and no own certificate. */
    tls: z
      .strictObject({
        caFile: path.exactOptional(),
        certFile: path.exactOptional(),
        keyFile: path.exactOptional(),
        /** The name that a server's certificate must have; absent: the host of the address. */
        serverName: host.exactOptional(),
      })
      .refine(({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined), "it must have certificate and key, or none")
      .default({}),
  })
  // A copy beside a split could be compared with the very model that it is a copy to.
  .refine(({ canary, shadow }) => !canary.some(({ model }) => shadow.some((route) => route.model === model)), {
    path: ["shadow"],
    error: "a model has a canary and a shadow, it may have one of them",
  });
export type InferenceClientConfig = Readonly<z.infer<typeof inferenceClientSchema>>;

const percent = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,3})?$/)
  .transform(Number)
  .pipe(z.number().max(MAX_HEDGE_SHARE * 100));

/** `model=target@percent`, `model=target:version@percent`, several with commas. */
const splits = z
  .string()
  .transform((text) => text.split(",").map((part) => part.trim()))
  .transform((parts, context) =>
    parts
      .filter((part) => part !== "")
      .map((part) => {
        const match = /^([^=:@]+)=([^=:@]+)(?::([^=:@]+))?@([\d.]+)$/.exec(part);
        if (match === null)
          context.addIssue({ code: "custom", message: "a part has another form, it must be model=target[:version]@percent" });
        const [, model = "", toModel = "", toVersion, share = ""] = match ?? [];
        return { model, toModel, ...(toVersion === undefined ? {} : { toVersion }), share: Number(share) / 100 };
      }),
  )
  .pipe(routes);

const environmentSchema = z.object({
  TRITON_CANARY: splits.default([]),
  TRITON_SHADOW: splits.default([]),
  TRITON_HEDGE_PERCENT: percent.default(0),
  TRITON_CA_FILE: path.optional(),
  TRITON_CERT_FILE: path.optional(),
  TRITON_KEY_FILE: path.optional(),
  TRITON_SERVER_NAME: host.optional(),
  TRITON_POD_MAX_BYTES: z.coerce.number().int().min(FEWEST_BYTES_PER_POD).max(MOST_BYTES_PER_POD).default(DEFAULT_MAX_BYTES_PER_POD),
});

/** Reads the client's part of a process's environment; throws a ZodError that names the variable. */
export function inferenceClientFrom(env: Readonly<Record<string, string | undefined>>): InferenceClientConfig {
  const { TRITON_CANARY: canary, TRITON_SHADOW: shadow, ...rest } = environmentSchema.parse(env);
  const files = { caFile: rest.TRITON_CA_FILE, certFile: rest.TRITON_CERT_FILE, keyFile: rest.TRITON_KEY_FILE };
  const given = Object.entries({ ...files, serverName: rest.TRITON_SERVER_NAME }).filter(([, value]) => value !== undefined);
  return inferenceClientSchema.parse({
    canary,
    shadow,
    hedgeShare: rest.TRITON_HEDGE_PERCENT / 100,
    maxBytesPerPod: rest.TRITON_POD_MAX_BYTES,
    tls: Object.fromEntries(given),
  });
}
