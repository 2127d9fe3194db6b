import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const text = z.string().min(1).optional();

const environment = z.object({
  PAYERHUB_TEST_S3_URL: text,
  PAYERHUB_TEST_MONGO_URL: text,
  VERSITYGW_BIN: text,
  FERRETDB_HOME: text,
  XDG_CACHE_HOME: text,
});

/** Versions that scripts/servers/ fetches; a cached server is looked for under these. */
const VERSITYGW_VERSION = "1.7.0";
const FERRETDB_VERSION = "2.7.0";

/** Where the real servers of the tests are. */
export interface ServersConfig {
  /** An S3 server that already runs, as `s3://key:secret@host:port/bucket?tls=0`; used instead of an own versitygw. */
  readonly s3Url?: string;
  /** A MongoDB-compatible server that already runs; used instead of an own FerretDB. */
  readonly mongoUrl?: string;
  readonly versitygwPath: string;
  /** Folder with `ferretdb` and `root`. */
  readonly ferretdbHome: string;
}

/** Reads the environment of the test process once, where a server is started. */
export function readServersConfig(): ServersConfig {
  const given = environment.parse(emptyAsAbsent(process.env));
  const cache = join(given.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "payerhub");
  return Object.freeze({
    ...(given.PAYERHUB_TEST_S3_URL === undefined ? {} : { s3Url: given.PAYERHUB_TEST_S3_URL }),
    ...(given.PAYERHUB_TEST_MONGO_URL === undefined ? {} : { mongoUrl: given.PAYERHUB_TEST_MONGO_URL }),
    versitygwPath: given.VERSITYGW_BIN ?? join(cache, "versitygw", VERSITYGW_VERSION, "versitygw"),
    ferretdbHome: given.FERRETDB_HOME ?? join(cache, "ferretdb", FERRETDB_VERSION),
  });
}

function emptyAsAbsent(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined || value === "" ? [] : [[name, value]])));
}
