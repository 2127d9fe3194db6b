import { type Metadata, ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder, status } from "@grpc/grpc-js";

/** Largest metadata of a call, in bytes: a token has under 1 KiB. grpc-js ignores `grpc.max_metadata_size`. */
const MAX_METADATA_BYTES = 8 * 1024;

/** Refuses calls with larger metadata with RESOURCE_EXHAUSTED, before any handler sees them. */
export const capMetadata: ServerInterceptor = (_method, call) => {
  const intercepted: ServerInterceptingCall = new ServerInterceptingCall(call, {
    start: (next) => {
      next(
        new ServerListenerBuilder()
          .withOnReceiveMetadata((metadata, pass) => {
            if (sizeOf(metadata) <= MAX_METADATA_BYTES) return pass(metadata);
            intercepted.sendStatus({
              code: status.RESOURCE_EXHAUSTED,
              details: `reading metadata: it is larger than the limit, it must be at most "${MAX_METADATA_BYTES}" bytes`,
            });
          })
          .build(),
      );
    },
  });
  return intercepted;
};

function sizeOf(metadata: Metadata): number {
  let bytes = 0;
  for (const key of Object.keys(metadata.getMap())) {
    for (const value of metadata.get(key)) bytes += key.length + value.length;
  }
  return bytes;
}
