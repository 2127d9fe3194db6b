import { fileURLToPath } from "node:url";
import { PayerHubError } from "../error.ts";
import type { World } from "../world.ts";
import { createFolderObjects } from "./folder.ts";
import type { ObjectStore } from "./objects.ts";
import { createS3Objects } from "./s3.ts";

const HTTP_PORT = 80;
const HTTPS_PORT = 443;
const DEFAULT_REGION = "us-east-1";

/**
 * Opens the object store that a URL names: `file:///path` for a folder, `s3://key:secret@host:port/bucket` for an S3 server
 * (`?tls=0` for plain HTTP, `?region=` when it is not us-east-1). Throws INVALID_ARGUMENT; the URL is not repeated, it holds a secret.
 */
export async function openObjects(url: string, options: { readonly world: World }): Promise<ObjectStore> {
  const parsed = URL.parse(url);
  if (parsed?.protocol === "file:") return await createFolderObjects({ root: fileURLToPath(parsed), world: options.world });
  if (parsed?.protocol === "s3:") return openS3(parsed, options.world);
  throw wrong("it has another scheme, it must begin with file:// or s3://");
}

function openS3(url: URL, world: World): ObjectStore {
  const bucket = url.pathname.slice(1);
  if (url.hostname === "" || url.username === "" || url.password === "" || !/^[a-z0-9][a-z0-9.-]{2,62}$/.test(bucket)) {
    throw wrong("a part is missing, it must be s3://key:secret@host:port/bucket");
  }
  const tls = url.searchParams.get("tls") !== "0";
  return createS3Objects({
    host: url.hostname,
    port: url.port === "" ? defaultPort(tls) : Number(url.port),
    tls,
    region: url.searchParams.get("region") ?? DEFAULT_REGION,
    bucket,
    accessKey: decodeURIComponent(url.username),
    secretKey: decodeURIComponent(url.password),
    world,
  });
}

function defaultPort(tls: boolean): number {
  return tls ? HTTPS_PORT : HTTP_PORT;
}

function wrong(state: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `open the object store of a URL: ${state}`);
}
