import type { Block } from "../draw/block.ts";
import type { Draft } from "./draft.ts";
import { payerName, practiceHead } from "./phrases.ts";

/** A practice's fax cover sheet with the confidentiality notice, filling the first page. */
export function coverSheet(draft: Draft, subject: string, pages: number): Block[] {
  const { values, story, random } = draft;
  return [
    practiceHead(draft),
    { kind: "space", lines: 2 },
    { kind: "title", text: random.fork("cover").pick(["FAX", "FAX COVER SHEET", "FACSIMILE TRANSMITTAL"]) },
    {
      kind: "facts",
      as: random.fork("cover-facts").pick(["inline", "grid", "above"]),
      columns: 1,
      items: [
        { label: "To", value: [payerName(draft), `, ${story.payer.department}`] },
        { label: "From", value: [values.show("provider.name"), `, ${story.provider.credential}`] },
        { label: "Phone", value: [values.show("provider.phone")] },
        { label: "Return Fax", value: [values.show("provider.fax")] },
        { label: "Date", value: [values.date(story.dates.request)] },
        { label: "Pages (with cover)", value: [String(pages)] },
        { label: "Re", value: [subject] },
      ],
    },
    { kind: "space", lines: 2 },
    {
      kind: "options",
      label: "",
      options: ["Urgent", "For review", "Please reply"].map((text) => ({ text: [text], checked: text === "For review" })),
    },
    { kind: "space", lines: 2 },
    {
      kind: "paragraph",
      small: true,
      text: [
        "CONFIDENTIAL: This fax contains protected health information that is privileged under state and federal law. If you are not the intended recipient, you may not read, copy or share it. Call the sender at once and destroy all pages.",
      ],
    },
    { kind: "break" },
  ];
}
