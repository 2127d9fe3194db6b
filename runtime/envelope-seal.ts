import { createByteQueue } from "./byte-queue.ts";
import type { ByteQueue } from "./byte-queue.ts";
import { PayerHubError } from "./error.ts";
import { FRAME_PLAIN_BYTES, FRAME_SEALED_BYTES, framesSize, NONCE_PREFIX_BYTES, openFrame, sealFrame } from "./seal-frames.ts";
import type { FrameKey } from "./seal-frames.ts";
import { createTenantKeys, KEY_BYTES, WRAP_NONCE_BYTES, WRAPPED_KEY_BYTES } from "./seal-keys.ts";
import type { TenantKeys } from "./seal-keys.ts";
import type { Seal, SealContext } from "./seal.ts";
import type { World } from "./world.ts";

/** First bytes of every sealed value; the last one is the format's version. */
const MAGIC = Buffer.from("PHS\u0001", "latin1");
/** The key id's length is one byte. */
const MAX_KEY_ID_BYTES = 64;

export interface EnvelopeSealOptions {
  /** 32 bytes. */
  readonly rootKey: Uint8Array;
  /** Names the root key; stored in clear before every value. 1 to 64 bytes of UTF-8. */
  readonly keyId: string;
  readonly world: World;
}

interface Envelope {
  readonly options: EnvelopeSealOptions;
  readonly keys: TenantKeys;
  /** Magic and key id: the same for every value. */
  readonly opening: Uint8Array;
  readonly headerBytes: number;
}

/**
 * Envelope encryption: root key → tenant key (HKDF-SHA256) → random data key per value, wrapped → AES-256-GCM frames.
 *
 *     magic(3) version(1) keyIdLength(1) keyId  wrapNonce(12) wrappedKey(32) tag(16)  noncePrefix(7)  frame…
 *     frame = ciphertext(≤ 65,536) tag(16); every frame but the last is full; no content makes one empty frame
 *
 * Tenant, place, id, key id and version are authenticated with the data key and with each frame.
 */
export function createEnvelopeSeal(options: EnvelopeSealOptions): Seal {
  const keyId = Buffer.from(options.keyId, "utf8");
  if (keyId.length === 0 || keyId.length > MAX_KEY_ID_BYTES) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `use key id "${options.keyId}": it has ${keyId.length} bytes, it must have 1 to ${MAX_KEY_ID_BYTES}`,
    );
  }
  const opening = Buffer.concat([MAGIC, Buffer.of(keyId.length), keyId]);
  const headerBytes = opening.length + WRAPPED_KEY_BYTES + NONCE_PREFIX_BYTES;
  const envelope: Envelope = { options, keys: createTenantKeys(options.rootKey), opening, headerBytes };
  return {
    seal: (plain, context) => Buffer.concat([...sealPieces(envelope, plain, context)]),
    open: (sealed, context) => openWhole(envelope, sealed, context),
    sealStream: (plain, context) => sealStream(envelope, plain, context),
    openStream: (sealed, context) => openStream(envelope, sealed, context),
    sealedSizeBytes: (plainBytes) => headerBytes + framesSize(plainBytes),
    blindIndex: envelope.keys.blindIndex,
  };
}

function* sealPieces(envelope: Envelope, plain: Uint8Array, context: SealContext): Generator<Uint8Array> {
  const { header, key } = newHeader(envelope, context);
  yield header;
  const frames = Math.max(1, Math.ceil(plain.length / FRAME_PLAIN_BYTES));
  for (let index = 0; index < frames; index += 1) {
    const part = plain.subarray(index * FRAME_PLAIN_BYTES, (index + 1) * FRAME_PLAIN_BYTES);
    yield* sealFrame(key, index, index === frames - 1, part);
  }
}

async function* sealStream(envelope: Envelope, plain: AsyncIterable<Uint8Array>, context: SealContext): AsyncGenerator<Uint8Array> {
  const { header, key } = newHeader(envelope, context);
  yield header;
  const queue = createByteQueue();
  let index = 0;
  for await (const chunk of plain) {
    queue.push(chunk);
    // A full frame waits for one more byte, because only the end tells which frame is the last.
    while (queue.length > FRAME_PLAIN_BYTES) {
      yield Buffer.concat(sealFrame(key, index, false, queue.take(FRAME_PLAIN_BYTES)));
      index += 1;
    }
  }
  yield Buffer.concat(sealFrame(key, index, true, queue.take(queue.length)));
}

function openWhole(envelope: Envelope, sealed: Uint8Array, context: SealContext): Uint8Array {
  if (sealed.length < envelope.headerBytes) throw damaged(context);
  const key = readHeader(envelope, sealed.subarray(0, envelope.headerBytes), context);
  const content = sealed.subarray(envelope.headerBytes);
  const frames = Math.max(1, Math.ceil(content.length / FRAME_SEALED_BYTES));
  const plain: Uint8Array[] = [];
  for (let index = 0; index < frames; index += 1) {
    const part = content.subarray(index * FRAME_SEALED_BYTES, (index + 1) * FRAME_SEALED_BYTES);
    plain.push(must(openFrame(key, index, index === frames - 1, part), context));
  }
  return Buffer.concat(plain);
}

async function* openStream(envelope: Envelope, sealed: AsyncIterable<Uint8Array>, context: SealContext): AsyncGenerator<Uint8Array> {
  const queue = createByteQueue();
  let key: FrameKey | undefined;
  let index = 0;
  for await (const chunk of sealed) {
    queue.push(chunk);
    if (key === undefined && queue.length >= envelope.headerBytes) key = takeHeader(envelope, queue, context);
    while (key !== undefined && queue.length > FRAME_SEALED_BYTES) {
      yield must(openFrame(key, index, false, queue.take(FRAME_SEALED_BYTES)), context);
      index += 1;
    }
  }
  if (key === undefined) throw damaged(context);
  yield must(openFrame(key, index, true, queue.take(queue.length)), context);
}

function takeHeader(envelope: Envelope, queue: ByteQueue, context: SealContext): FrameKey {
  return readHeader(envelope, queue.take(envelope.headerBytes), context);
}

function newHeader(envelope: Envelope, context: SealContext): { readonly header: Uint8Array; readonly key: FrameKey } {
  // One draw: each costs more than encrypting a small value.
  const random = envelope.options.world.randomBytes(KEY_BYTES + NONCE_PREFIX_BYTES + WRAP_NONCE_BYTES);
  const dataKey = random.slice(0, KEY_BYTES);
  const noncePrefix = random.slice(KEY_BYTES, KEY_BYTES + NONCE_PREFIX_BYTES);
  const bound = boundContext(envelope.opening, context);
  const wrapped = envelope.keys.wrap(context.tenant, dataKey, { nonce: random.slice(KEY_BYTES + NONCE_PREFIX_BYTES), aad: bound });
  const header = Buffer.concat([envelope.opening, wrapped, noncePrefix]);
  return { header, key: { dataKey, noncePrefix, aad: bound } };
}

function readHeader(envelope: Envelope, header: Uint8Array, context: SealContext): FrameKey {
  const { opening } = envelope;
  if (!Buffer.from(header.subarray(0, opening.length)).equals(opening)) {
    throw new PayerHubError(
      "DATA_LOSS",
      `open a value of place "${context.place}": its header names another format or key, it must name key "${envelope.options.keyId}"`,
    );
  }
  const bound = boundContext(opening, context);
  const dataKey = envelope.keys.unwrap(context.tenant, header.subarray(opening.length, opening.length + WRAPPED_KEY_BYTES), bound);
  if (dataKey === undefined) throw damaged(context);
  return { dataKey, noncePrefix: header.slice(opening.length + WRAPPED_KEY_BYTES), aad: bound };
}

/** Length before each part, so that no two contexts have the same bytes. */
function boundContext(opening: Uint8Array, context: SealContext): Uint8Array {
  const parts = [context.tenant, context.place, context.id].flatMap((text) => {
    const bytes = Buffer.from(text, "utf8");
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat([opening, ...parts]);
}

function must(plain: Uint8Array | undefined, context: SealContext): Uint8Array {
  if (plain === undefined) throw damaged(context);
  return plain;
}

function damaged(context: SealContext): PayerHubError {
  return new PayerHubError(
    "DATA_LOSS",
    `open a value of place "${context.place}": the bytes were changed, cut off or belong elsewhere, they must be as sealed`,
  );
}
