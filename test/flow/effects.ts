import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { Bus } from "../../runtime/nats.ts";

/** One event as a hub would read it. */
export interface SeenHubEvent {
  readonly id: string;
  readonly type: string;
  readonly documentId: string;
  readonly caseId: string;
}

/** Longest wait for the next stored event, in milliseconds. */
const NEXT_EVENT_MS = 1_000;

/** Reads every stored hub event from the beginning, as a hub that catches up does. */
export async function readHubEvents(bus: Bus): Promise<readonly SeenHubEvent[]> {
  const manager = await jetstreamManager(bus.connection);
  const { state } = await manager.streams.info("HUB_EVENTS");
  if (state.messages === 0) return [];
  const consumer = await jetstream(bus.connection).consumers.get("HUB_EVENTS");
  const events: SeenHubEvent[] = [];
  while (events.length < state.messages) {
    const message = await consumer.next({ expires: NEXT_EVENT_MS });
    if (message === null) break;
    const event = message.json<{ id: string; type: string; data: { documentId: string; caseId?: string } }>();
    events.push({ id: event.id, type: event.type, documentId: event.data.documentId, caseId: event.data.caseId ?? "" });
  }
  return events;
}
