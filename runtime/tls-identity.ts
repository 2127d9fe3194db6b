import { readFileSync, statSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { PayerHubError } from "./error.ts";

/** A chain of certificates is a few kilobytes, a bundle of all public authorities a quarter of this. */
const MAX_FILE_BYTES = 1024 * 1024;

/** PEM files of one side of a TLS connection. */
export interface TlsFiles {
  /** Authorities that the other side's certificate must come from; absent: for a client the system's own, for a server none is asked. */
  readonly caFile?: string | undefined;
  /** Own certificate with its chain, and its key: both or none. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** What the files held. */
export interface TlsIdentity {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/**
 * Reads the files once, when a process starts, and tries what they hold. INVALID_ARGUMENT names the file that cannot be read,
 * is no PEM, or has a key of another certificate; never what is in it.
 */
export function readTlsIdentity({ caFile, certFile, keyFile }: TlsFiles): TlsIdentity {
  const cert = read("certificate", certFile);
  const key = read("key", keyFile);
  const ca = read("authorities", caFile);
  if ((cert === undefined) !== (key === undefined)) {
    throw invalid(
      `reading a TLS identity: it has a ${cert === undefined ? "key" : "certificate"} file only, it must have certificate and key`,
    );
  }
  const authorities = ca === undefined ? {} : { ca };
  attempt(`reading the authorities in "${caFile}": they are no PEM certificates, they must be`, authorities);
  if (cert === undefined || key === undefined) return authorities;
  attempt(`reading the certificate in "${certFile}": it is no PEM certificate, it must be`, { cert });
  attempt(`reading the key in "${keyFile}": it is no PEM key or one of another certificate, it must belong to "${certFile}"`, {
    cert,
    key,
  });
  return { ...authorities, cert, key };
}

function read(what: string, path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    if (statSync(path).size <= MAX_FILE_BYTES) return readFileSync(path);
  } catch (cause) {
    throw invalid(`reading the ${what} in "${path}": the file cannot be read, it must be there`, cause);
  }
  throw invalid(`reading the ${what} in "${path}": the file is larger than ${MAX_FILE_BYTES} bytes, it must be smaller`);
}

function attempt(text: string, identity: TlsIdentity): void {
  const { ca } = identity;
  try {
    createSecureContext(identity);
  } catch (cause) {
    throw invalid(text, cause);
  }
  // OpenSSL passes over what is no certificate.
  if (ca !== undefined && !ca.includes("-----BEGIN CERTIFICATE-----")) throw invalid(text);
}

function invalid(text: string, cause?: unknown): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", text, cause === undefined ? {} : { cause });
}
