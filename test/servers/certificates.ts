import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { isIPv4 } from "node:net";
import { join } from "node:path";

/** Object identifiers as DER holds them (RFC 5758, RFC 5280). */
const ECDSA_WITH_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");
const COMMON_NAME = Buffer.from("0603550403", "hex");
const BASIC_CONSTRAINTS = Buffer.from("0603551d13", "hex");
const SUBJECT_ALT_NAME = Buffer.from("0603551d11", "hex");
const TRUE = Buffer.from("0101ff", "hex");

/** A certificate and its key as PEM files. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** An authority of a test: its certificate, and what it signs. */
export interface TestAuthority {
  readonly caFile: string;
  /** A certificate for these host names and IPv4 addresses, good for an hour, or one that has ended. */
  issue(name: string, hosts: readonly string[], options?: { readonly expired?: boolean }): Promise<CertificateFiles>;
}

/** Makes an authority with files in `folder`: X.509 written by hand, because node:crypto reads certificates and signs none. */
export async function createAuthority(folder: string, name = "authority"): Promise<TestAuthority> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = nameOf(`payerhub test ${name} ${randomBytes(4).toString("hex")}`);
  const own = certificate({
    subject: issuer,
    issuer,
    publicKey,
    signer: privateKey,
    extension: extension(BASIC_CONSTRAINTS, sequence(TRUE)),
  });
  const caFile = join(folder, `${name}.pem`);
  await writeFile(caFile, own);
  return {
    caFile,
    issue: async (subject, hosts, { expired = false } = {}) => {
      const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const names = sequence(
        ...hosts.map((host) => (isIPv4(host) ? der(0x87, Buffer.from(host.split(".").map(Number))) : der(0x82, Buffer.from(host)))),
      );
      const made = {
        subject: nameOf(subject),
        issuer,
        publicKey: keys.publicKey,
        signer: privateKey,
        extension: extension(SUBJECT_ALT_NAME, names),
        expired,
      };
      const files = { certFile: join(folder, `${subject}.pem`), keyFile: join(folder, `${subject}.key.pem`) };
      await writeFile(files.certFile, certificate(made));
      await writeFile(files.keyFile, keys.privateKey.export({ type: "pkcs8", format: "pem" }));
      return files;
    },
  };
}

interface Made {
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly extension: Buffer;
  readonly expired?: boolean;
}

/** RFC 5280, section 4.1: Certificate as PEM. */
function certificate({ subject, issuer, publicKey, signer, extension: own, expired = false }: Made): string {
  const hour = 3_600_000;
  const until = Date.now() + (expired ? -hour : hour);
  const algorithm = sequence(ECDSA_WITH_SHA256);
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    issuer,
    sequence(time(until - 3 * hour), time(until)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(own)),
  );
  const signature = der(0x03, Buffer.concat([Buffer.of(0), sign("sha256", body, signer)]));
  const lines =
    sequence(body, algorithm, signature)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function nameOf(common: string): Buffer {
  return sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(common)))));
}

function extension(id: Buffer, value: Buffer): Buffer {
  return sequence(id, der(0x04, value));
}

function time(ms: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-T:]/g, "")}Z`));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

/** Tag, length, content (X.690, section 8.1.3). */
function der(tag: number, content: Buffer): Buffer {
  const length =
    content.length < 128
      ? Buffer.of(content.length)
      : content.length < 256
        ? Buffer.of(0x81, content.length)
        : Buffer.of(0x82, content.length >> 8, content.length & 0xff);
  return Buffer.concat([Buffer.of(tag), length, content]);
}
