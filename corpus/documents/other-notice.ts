import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import type { Block } from "../draw/block.ts";
import type { Text } from "../draw/spans.ts";
import type { Bodies, DocumentKind, Draft } from "./draft.ts";
import { practiceHead } from "./phrases.ts";

/** What else comes over a fax line: menus, advertisements, building notices. No field of it is ground truth. */
export const otherNotice: DocumentKind = {
  type: DocumentType.OTHER,
  slug: "notice",
  medical: false,
  sentOn: (story) => story.dates.letter,
  values: () => ({}),
  write: (draft) => ({ blocks: BODIES[draft.style.layout](draft), running: () => ["Continued"] }),
};

const BODIES: Bodies = { letter: closing, form: advertisement, table: menu };

function menu(draft: Draft): Block[] {
  const random = draft.random.fork("menu");
  const dishes = [
    "Turkey club sandwich",
    "Garden salad with chicken",
    "Tomato basil soup",
    "Veggie wrap",
    "Beef chili",
    "Grilled cheese",
    "Pasta salad",
    "Fruit cup",
  ];
  return [
    { kind: "title", text: random.pick(["Corner Deli: Weekly Lunch Menu", "Office Lunch Specials", "Maple Street Cafe"]) },
    { kind: "paragraph", text: ["Free delivery to offices on orders of five or more. Call before 10:30 a.m."] },
    {
      kind: "table",
      columns: [
        { title: "Item", share: 4 },
        { title: "Day", share: 2 },
        { title: "Price", share: 1, align: "right" },
      ],
      rows: random
        .shuffle(dishes)
        .slice(0, 6)
        .map((dish, index): Text[] => [
          [dish],
          [["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Daily"][index] ?? ""],
          [`$${random.int(6, 14)}.${random.pick(["25", "50", "95"])}`],
        ]),
    },
    { kind: "paragraph", text: ["Ask about our catering trays for meetings. We look forward to serving you!"] },
  ];
}

function advertisement(draft: Draft): Block[] {
  const random = draft.random.fork("ad");
  return [
    { kind: "title", text: random.pick(["SAVE BIG ON TONER AND PAPER", "Lower Your Office Energy Bill", "Vacation Getaway Offer"]) },
    { kind: "paragraph", bold: true, text: ["Limited time offer for medical and dental offices in your area."] },
    {
      kind: "bullets",
      items: [["Up to 60 percent off name brand supplies"], ["Free shipping on every order"], ["No contract and no minimum"]],
    },
    {
      kind: "options",
      label: "Reply",
      options: [
        { text: ["Send me a catalog"], checked: false },
        { text: ["Please call"], checked: false },
        { text: ["Remove my fax number"], checked: false },
      ],
    },
    {
      kind: "facts",
      items: [
        { label: "Company", value: [] },
        { label: "Contact", value: [] },
      ],
    },
    { kind: "paragraph", small: true, text: ["To be removed from our list, check the box above and fax this page back."] },
  ];
}

function closing(draft: Draft): Block[] {
  const random = draft.random.fork("closing");
  const reason = random.pick(["remodeling of the waiting room", "a holiday", "staff training", "repair of the parking garage"]);
  return [
    practiceHead(draft),
    { kind: "title", text: random.pick(["Notice to Our Neighbors and Partners", "Office Closing Notice", "We Are Moving"]) },
    {
      kind: "paragraph",
      text: [
        `Because of ${reason}, our front entrance will be closed for one week beginning ${draft.values.date(draft.story.dates.letter)}.`,
      ],
    },
    {
      kind: "paragraph",
      text: [
        "Deliveries are accepted at the rear door. Visitors may use the elevator on the north side of the building. We are sorry for the noise and thank you for your patience.",
      ],
    },
    { kind: "paragraph", text: ["Coffee and cookies will be served in the lobby when the work is done."] },
    { kind: "signature", caption: "Office Manager", name: ["Building Committee"] },
  ];
}
