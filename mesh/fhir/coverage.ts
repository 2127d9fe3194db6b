import type { Coverage, CoverageClass, Period } from "@medplum/fhirtypes";
import type { Link, Linker, MappingSource, ResourceMapper } from "./mapping.ts";
import { resourceId } from "./mapping.ts";
import { optional, optionalList } from "./optional.ts";

/** https://terminology.hl7.org/CodeSystem-coverage-class.html */
const CLASS_SYSTEM = "http://terminology.hl7.org/CodeSystem/coverage-class";

function coverageClass(code: "plan" | "group", value: string | undefined): CoverageClass[] {
  if (value === undefined) return [];
  return [{ type: { coding: [{ system: CLASS_SYSTEM, code }] }, value, ...optional("name", code === "plan" ? value : undefined) }];
}

/** Start and end as a period; undefined when neither is known. A period that ends before it starts keeps its start only. */
export function periodOf(start: string | undefined, end: string | undefined): Period | undefined {
  if (start === undefined && end === undefined) return undefined;
  const inOrder = start === undefined || end === undefined || start <= end;
  return { ...optional("start", start), ...optional("end", inOrder ? end : undefined) };
}

function subscriber(source: MappingSource, link: Linker): Link | undefined {
  const name = source.fields.text("subscriber.name");
  if (name === undefined) return undefined;
  const isMember = name.toLowerCase() === source.fields.text("member.name")?.toLowerCase();
  return { ...(isMember ? link.required("patient") : {}), display: name };
}

/** The member's coverage. Always present: claims, determinations and eligibility hang on it. */
export const coverage: ResourceMapper = {
  resourceType: "Coverage",
  roles: () => ["coverage"],
  build: (role, source, link): Coverage => {
    const { fields } = source;
    return {
      resourceType: "Coverage",
      id: resourceId(source.head.documentId, role),
      status: fields.text("eligibility.status") === "inactive" ? "cancelled" : "active",
      ...optional("subscriber", subscriber(source, link)),
      ...optional("subscriberId", fields.text("subscriber.id") ?? fields.text("member.id")),
      beneficiary: link.required("patient"),
      ...optional("period", periodOf(fields.date("coverage.effective_date"), fields.date("coverage.end_date"))),
      payor: [link.required("payer")],
      ...optionalList("class", [
        ...coverageClass("group", fields.text("group.number")),
        ...coverageClass("plan", fields.text("plan.name")),
      ]),
    };
  },
};
