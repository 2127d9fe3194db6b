import { type ConsumerMessages, DeliverPolicy, jetstream } from "@nats-io/jetstream";
import type { Stoppable } from "../runtime/lifetime.ts";
import type { Bus } from "../runtime/nats.ts";

/** A hub event as it stands in the stream. */
export interface HubCloudEvent {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly documentId: string };
}

export interface FeedListener {
  /** Something happened to the document; its record tells what. */
  onMoved(documentId: string): void;
  onHubEvent(event: HubCloudEvent): void;
}

/**
 * Follows one tenant's documents: new steps from now on, hub events from the beginning. Ordered consumers start again by
 * themselves after a broker restart, so nothing is missed and nothing has to be acknowledged.
 */
export async function followDocuments(bus: Bus, tenant: string, listener: FeedListener): Promise<Stoppable> {
  const client = jetstream(bus.connection);
  const steps = await client.consumers.get("DOCUMENTS", {
    filter_subjects: [`documents.v1.${tenant}.document.*`],
    deliver_policy: DeliverPolicy.New,
  });
  const events = await client.consumers.get("HUB_EVENTS", { filter_subjects: [`hub.v1.${tenant}.>`], deliver_policy: DeliverPolicy.All });
  const stepMessages = await steps.consume();
  const eventMessages = await events.consume();
  const reading = Promise.all([readSteps(stepMessages, listener), readEvents(eventMessages, listener)]);
  return {
    stop: async () => {
      await Promise.all([stepMessages.close(), eventMessages.close()]);
      await reading;
    },
  };
}

async function readSteps(messages: ConsumerMessages, listener: FeedListener): Promise<void> {
  for await (const message of messages) {
    const documentId = message.headers?.get("ce-subject");
    if (documentId !== undefined && documentId !== "") listener.onMoved(documentId);
  }
}

async function readEvents(messages: ConsumerMessages, listener: FeedListener): Promise<void> {
  for await (const message of messages) listener.onHubEvent(message.json<HubCloudEvent>());
}
