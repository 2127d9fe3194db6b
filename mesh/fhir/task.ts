import type { Task } from "@medplum/fhirtypes";
import { isoDate, workItemOf } from "../work-clock.ts";
import type { Link, Linker, ResourceMapper } from "./mapping.ts";
import { resourceId } from "./mapping.ts";
import { optional } from "./optional.ts";

const WORK_SYSTEM = "urn:payerhub:work-item";

/** What the work is about, most telling first. */
const FOCUS = ["claim-response", "explanation-of-benefit", "eligibility-response", "claim", "diagnostic-report", "medication-request"];

function focus(link: Linker): Link {
  for (const role of FOCUS) {
    const found = link.optional(role);
    if (found !== undefined) return found;
  }
  return link.required("document");
}

/** The hub's next piece of work, due by the regulatory or the appeal clock. */
export const task: ResourceMapper = {
  resourceType: "Task",
  roles: () => ["task"],
  build: (role, source, link): Task => {
    const work = workItemOf(source.understanding, Number(source.head.receivedAtMs));
    const urgent = source.fields.text("request.urgency") === "expedited";
    const deadline = isoDate(source.fields.text("appeal.deadline_date") ?? "") ?? work.dueDate;
    return {
      resourceType: "Task",
      id: resourceId(source.head.documentId, role),
      status: "requested",
      ...optional("businessStatus", source.understanding.decision === "" ? undefined : { text: source.understanding.decision }),
      intent: "order",
      priority: urgent ? "urgent" : "routine",
      code: { coding: [{ system: WORK_SYSTEM, code: work.code }], text: work.text },
      focus: focus(link),
      for: link.required("patient"),
      authoredOn: source.receivedAt,
      restriction: { period: { end: deadline } },
    };
  },
};
