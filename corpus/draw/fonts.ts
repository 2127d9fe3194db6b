import { fileURLToPath } from "node:url";
import type { Random } from "../random.ts";

/** One family in the three cuts a document uses: a PDF standard font name or the path of a TTF file. */
export interface FontFamily {
  readonly name: string;
  readonly regular: string;
  readonly bold: string;
  readonly italic: string;
  /** Correction that makes families look equally large at one size. */
  readonly scale: number;
}

function google(name: string, family: string, file: string, scale: number): FontFamily {
  const path = (cut: string): string => fileURLToPath(import.meta.resolve(`@expo-google-fonts/${family}/${cut}/${file}_${cut}.ttf`));
  return { name, regular: path("400Regular"), bold: path("700Bold"), italic: path("400Regular_Italic"), scale };
}

/** The families documents are set in, three of them PDF standard fonts, five embedded from npm packages (OFL or Apache-2.0). */
export function fontFamilies(): readonly FontFamily[] {
  return [
    { name: "helvetica", regular: "Helvetica", bold: "Helvetica-Bold", italic: "Helvetica-Oblique", scale: 1 },
    { name: "times", regular: "Times-Roman", bold: "Times-Bold", italic: "Times-Italic", scale: 1.08 },
    { name: "courier", regular: "Courier", bold: "Courier-Bold", italic: "Courier-Oblique", scale: 0.95 },
    google("roboto", "roboto", "Roboto", 1),
    google("open-sans", "open-sans", "OpenSans", 0.95),
    google("courier-prime", "courier-prime", "CourierPrime", 0.97),
    google("tinos", "tinos", "Tinos", 1.08),
    google("arimo", "arimo", "Arimo", 1),
  ];
}

/** A family, drawn so that typewriter faces are the rarer ones, as on real payer paper. */
export function pickFont(random: Random): FontFamily {
  const families = fontFamilies();
  const weighted = families.flatMap((family) => (family.name.startsWith("courier") ? [family] : [family, family]));
  return random.pick(weighted);
}
