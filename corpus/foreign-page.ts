import { Canvas } from "./draw/canvas.ts";
import { compose } from "./draw/compose.ts";
import { fontFamilies } from "./draw/fonts.ts";
import { createStyle } from "./draw/style.ts";
import { sendPages } from "./fax/channel.ts";
import { writeFaxTiff } from "./fax/tiff.ts";
import { createRandom } from "./random.ts";

const PROSE: Readonly<Record<"es" | "ru", readonly string[]>> = {
  es: [
    "Aviso a los vecinos del edificio",
    "Por medio de la presente les informamos que el próximo lunes comenzarán los trabajos de reparación de la entrada principal. Durante una semana el acceso será por la puerta trasera.",
    "Rogamos disculpen las molestias y les agradecemos su comprensión. Si tienen alguna pregunta, pueden llamar a la oficina de administración por las mañanas.",
    "Los ascensores funcionarán con normalidad y el estacionamiento permanecerá abierto todos los días.",
  ],
  ru: [
    "Объявление для жителей дома",
    "Сообщаем вам, что в следующий понедельник начнутся работы по ремонту главного входа. В течение недели вход будет через заднюю дверь.",
    "Приносим извинения за неудобства и благодарим за понимание. По всем вопросам можно звонить в управление по утрам.",
    "Лифты будут работать в обычном режиме, стоянка остаётся открытой каждый день.",
  ],
};

/** A fine fax page of plain prose in a language the product does not read. */
export async function foreignPage(language: "es" | "ru"): Promise<Uint8Array> {
  const random = createRandom(`foreign/${language}`);
  const roboto = fontFamilies().find((family) => family.name === "roboto");
  const drawn = createStyle(random, { layout: "letter", minSize: 11 });
  const style = { ...drawn, font: roboto ?? drawn.font };
  const canvas = new Canvas(style, "2026-01-01");
  const [title = "", ...paragraphs] = PROSE[language];
  compose(canvas, [{ kind: "title", text: title }, ...paragraphs.map((text) => ({ kind: "paragraph", text: [text] }) as const)]);
  const { pdf } = await canvas.finish();
  const pages = await sendPages(pdf, { quality: { resolution: "fine", level: "clean", family: "fax" }, random });
  return writeFaxTiff(
    pages.map((page) => page.bitmap),
    { coding: "g4", dpiX: 204, dpiY: 196, fillOrder: 1 },
  );
}
