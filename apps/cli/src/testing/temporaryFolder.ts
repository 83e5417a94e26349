/** A folder that is gone after the test, with sections in the course layout if wished. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@cotrace/image-io';
import { drawTissue } from '@cotrace/tissue';

export interface TemporaryFolder extends Disposable {
  path: string;
  /** Path of a file below; its folder is made. */
  file(name: string, content?: Uint8Array | string): string;
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'cotrace-cli-'));
  return {
    path,
    file(name, content) {
      const file = join(path, name);
      mkdirSync(join(file, '..'), { recursive: true });
      if (content !== undefined) writeFileSync(file, content);
      return file;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

export interface DrawnSection {
  image: Uint8Array;
  /** 0 membrane, 255 cell. */
  label: Uint8Array;
}

/** Writes `image/<n>.png` and `label/<n>.png` of drawn tissue; answers what it drew. */
export function drawLayout(
  folder: TemporaryFolder,
  { side, sections }: { side: number; sections: number },
): DrawnSection[] {
  const size = { width: side, height: side };
  return drawTissue({ seed: 3, ...size, sections }).map(({ image, membrane }, number) => {
    folder.file(`image/${number}.png`, encodePng({ ...size, bitDepth: 8, data: image }));
    folder.file(`label/${number}.png`, encodePng({ ...size, bitDepth: 8, data: membrane }));
    return { image, label: membrane };
  });
}
