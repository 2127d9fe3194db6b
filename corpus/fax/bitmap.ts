/** A bilevel image, one byte a pixel: 0 white, 1 black. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A grey image, one byte a pixel: 0 black, 255 white. */
export interface Gray {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export function blankBitmap(width: number, height: number): Bitmap {
  return { width, height, data: new Uint8Array(width * height) };
}

/** Grey bytes of a bilevel image. */
export function toGray(bitmap: Bitmap): Gray {
  const data = new Uint8Array(bitmap.data.length);
  for (let index = 0; index < data.length; index += 1) data[index] = bitmap.data[index] === 1 ? 0 : 255;
  return { width: bitmap.width, height: bitmap.height, data };
}

/** A page turned clockwise by a multiple of 90 degrees. */
export function turn<Image extends Gray>(image: Image, degrees: 0 | 90 | 180 | 270): Image {
  if (degrees === 0) return image;
  const { width, height, data } = image;
  if (degrees === 180) return { ...image, data: data.slice().reverse() };
  const out = new Uint8Array(data.length);
  // Where a row starts in the turned page, and how far apart its pixels lie there.
  const step = degrees === 90 ? height : -height;
  for (let y = 0; y < height; y += 1) {
    let to = degrees === 90 ? height - 1 - y : (width - 1) * height + y;
    for (let x = 0; x < width; x += 1) {
      out[to] = data[y * width + x] ?? 0;
      to += step;
    }
  }
  return { ...image, width: height, height: width, data: out };
}
