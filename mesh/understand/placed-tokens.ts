import { type Box as ThousandthsBox, pageBox } from "../../inference/tokenizer/page-box.ts";
import type { Box } from "../../proto/document/v1/document.pb.ts";
import type { PageModel } from "./page-model.ts";
import type { Token } from "./tokens.ts";

/** A token in reading order, as text models are given it. */
export interface PlacedToken {
  readonly token: Token;
  /** 0 to 1000 of the page: of the token, and of the cell it stands in. */
  readonly box: ThousandthsBox;
  readonly cell: ThousandthsBox;
}

/** A page's tokens line by line, without fax banners. Training and serving both go by this order. */
export function placedTokens({ cells, widthPx, heightPx }: PageModel): readonly PlacedToken[] {
  const scaled = ({ x0, y0, x1, y1 }: Box) => pageBox([x0, y0, x1, y1], { width: widthPx, height: heightPx });
  return cells.flatMap((line) =>
    line.flatMap((cell) => {
      const own = scaled(cell.box);
      return cell.tokens.map((token) => ({ token, box: scaled(token.box), cell: own }));
    }),
  );
}
