import { HubEvent } from "../proto/hub/v1/hub.pb.ts";
import { PayerHubError } from "../runtime/error.ts";
import type { Bus } from "../runtime/nats.ts";
import { hubSubject } from "../runtime/subjects.ts";
import type { HubMessage, HubPublisher } from "./hub-events.ts";

/** Largest hub event, in bytes: below the broker's payload limit with room for headers. */
const MAX_EVENT_BYTES = 7 * 1024 * 1024;

/**
 * Publishes hub events to JetStream as CloudEvents 1.0 JSON (structured mode) with the FHIR Bundle as a JSON value in
 * `data.bundle`. The event id is the broker's duplicate key, so a repeat is stored once.
 */
export function createHubPublisher(bus: Pick<Bus, "publish">): HubPublisher {
  return {
    publish: async (message, signal) => {
      const payload = Buffer.from(JSON.stringify(cloudEventOf(message)));
      if (payload.length > MAX_EVENT_BYTES) {
        throw new PayerHubError(
          "OUT_OF_RANGE",
          `publishing the hub event "${message.id}": it has ${payload.length} bytes, it may have ${MAX_EVENT_BYTES}`,
        );
      }
      await bus.publish(
        {
          subject: hubSubject(message.tenant, message.hub, message.type),
          payload,
          envelope: {
            ...attributesOf(message),
            correlationId: message.data.documentId,
            contentType: "application/cloudevents+json",
          },
        },
        signal,
      );
    },
  };
}

/** The context attributes that stand in both modes: binary as headers, structured as JSON keys. */
function attributesOf({ id, type, time, subject, tenant }: HubMessage) {
  return { id, source: "/payerhub/mesh/hub", type, time, subject, tenant };
}

/** The JSON a hub receives (cloudevents/spec 1.0.2, JSON event format, section 3). */
export function cloudEventOf(message: HubMessage): Record<string, unknown> {
  const { bundleJson, ...data } = message.data;
  const bundle: unknown = bundleJson === "" ? undefined : JSON.parse(bundleJson);
  return {
    specversion: "1.0",
    ...attributesOf(message),
    datacontenttype: "application/json",
    data: { ...(HubEvent.toJSON({ ...data, bundleJson: "" }) as Record<string, unknown>), ...(bundle === undefined ? {} : { bundle }) },
  };
}
