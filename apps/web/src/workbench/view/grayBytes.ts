/** The bytes of an 8-bit grey PNG, read by the browser's own decoder, a strip at a time: a whole picture as RGBA would be four times it. */

export interface GrayPicture {
  /** [height * width], row-major. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const STRIP_ROWS = 256;

/** @throws DOMException where the bytes are no picture. */
export async function grayBytes(png: Uint8Array): Promise<GrayPicture> {
  const bitmap = await createImageBitmap(new Blob([png as BlobPart], { type: 'image/png' }), {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  });
  const { width, height } = bitmap;
  const data = new Uint8Array(width * height);
  const strip = new OffscreenCanvas(width, Math.min(STRIP_ROWS, height));
  const context = strip.getContext('2d', { willReadFrequently: true, alpha: false });
  if (context === null) throw new Error('This browser gives no canvas to draw on. Use another browser.');
  for (let top = 0; top < height; top += STRIP_ROWS) {
    const rows = Math.min(STRIP_ROWS, height - top);
    context.drawImage(bitmap, 0, top, width, rows, 0, 0, width, rows);
    const rgba = context.getImageData(0, 0, width, rows).data;
    for (let i = 0; i < width * rows; i++) data[top * width + i] = rgba[i * 4]!;
    // Others get their turn: the hand may be painting.
    await new Promise((resolve) => setTimeout(resolve));
  }
  bitmap.close();
  return { data, width, height };
}
