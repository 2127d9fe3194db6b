import type { Text } from "./spans.ts";

/** One label with its value; the value is empty where a form leaves it blank. */
export interface Item {
  readonly label: string;
  readonly value: Text;
  /** Takes the whole width. */
  readonly wide?: boolean;
}

export interface Option {
  readonly text: Text;
  readonly checked: boolean;
}

/** A sender's head. */
export interface Head {
  /** The name as printed, with its mark where it is ground truth. */
  readonly name: Text;
  readonly lines: readonly string[];
  readonly mark: "disc" | "bars" | "shield" | "tree" | "plain" | "wave";
}

export interface Column {
  readonly title: string;
  /** Share of the width. */
  readonly share: number;
  readonly align?: "left" | "right";
}

/** What a document says, without how it looks. */
export type Block =
  | { readonly kind: "letterhead"; readonly head: Head }
  | { readonly kind: "title"; readonly text: string }
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "paragraph"; readonly text: Text; readonly small?: boolean; readonly bold?: boolean; readonly center?: boolean }
  | { readonly kind: "lines"; readonly lines: readonly Text[] }
  | {
      readonly kind: "facts";
      readonly items: readonly Item[];
      readonly as?: "inline" | "above" | "boxed" | "grid";
      readonly columns?: 1 | 2 | 3;
    }
  | { readonly kind: "options"; readonly label: string; readonly options: readonly Option[] }
  | { readonly kind: "bullets"; readonly items: readonly Text[]; readonly numbered?: boolean }
  | { readonly kind: "table"; readonly columns: readonly Column[]; readonly rows: readonly (readonly Text[])[] }
  | { readonly kind: "signature"; readonly caption: string; readonly name: Text; readonly date?: Text }
  | { readonly kind: "space"; readonly lines: number }
  | { readonly kind: "break" };
