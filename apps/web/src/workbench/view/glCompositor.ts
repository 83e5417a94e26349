/**
 * The compositor on WebGL2: the image as textures, the mask as label values in chunks of 2048², coloured by a palette while
 * drawing, so that only touched tiles of 128² are ever uploaded. Answers undefined where WebGL2 is missing.
 */

import { type Box, TILE_PIXELS, TILE_SIZE } from '@cotrace/mask';
import type { Compositor, ImagePiece, PredictionMeaning, Scene, TileSource } from './compositor.ts';
import { fitCanvas } from './fitCanvas.ts';
import { createProgram, createTexture, type Program } from './glParts.ts';
import type { MapLayer } from './layers.ts';
import { heatRamp } from './palette.ts';
import { IMAGE, OVERLAY, PLACE } from './shaders.ts';
import { type Extent, type Viewport, visibleBox } from './viewport.ts';

/** Every WebGL2 device takes textures of this side. */
const CHUNK_SIDE = 2048;
const TILES_PER_CHUNK = CHUNK_SIDE / TILE_SIZE;

interface Parts {
  readonly image: Program;
  readonly overlay: Program;
  readonly palette: WebGLTexture;
  readonly ramp: WebGLTexture;
  readonly nothing: WebGLTexture;
  readonly noLabels: WebGLTexture;
}

export function createGlCompositor(canvas: HTMLCanvasElement): Compositor | undefined {
  const gl = canvas.getContext('webgl2', {
    alpha: false,
    antialias: false,
    depth: false,
    // A page may be photographed, and only parts are drawn while painting.
    preserveDrawingBuffer: true,
  });
  if (gl === null) return undefined;
  let parts = createParts(gl);
  let size: Extent = { width: 1, height: 1 };
  let ratio = 1;
  let pieces: readonly ImagePiece[] = [];
  let source: TileSource | undefined;
  let palette = new Uint8Array(1024);
  let meaning: PredictionMeaning = { kind: 'labels' };
  let lastScene: Scene | undefined;
  const imageTextures = new Map<ImageBitmap, WebGLTexture>();
  const maps = new Map<MapLayer, { bitmap: ImageBitmap; texture: WebGLTexture }>();
  /** What the maps fade in over. */
  const before = new Map<MapLayer, WebGLTexture>();
  let chunks: (WebGLTexture | undefined)[] = [];
  const tile = new Uint8Array(TILE_PIXELS);

  const chunksAcross = () => Math.ceil((source?.width ?? 0) / CHUNK_SIDE);

  const chunkOf = (index: number): WebGLTexture => {
    let chunk = chunks[index];
    if (chunk === undefined) {
      chunk = createTexture(gl, { filter: gl.NEAREST });
      gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R8UI, CHUNK_SIDE, CHUNK_SIDE);
      chunks[index] = chunk;
    }
    return chunk;
  };

  const uploadTile = (index: number) => {
    if (source === undefined) return;
    const column = index % source.tilesAcross;
    const row = Math.floor(index / source.tilesAcross);
    source.copyTile(index, tile);
    const chunkIndex =
      Math.floor(row / TILES_PER_CHUNK) * chunksAcross() + Math.floor(column / TILES_PER_CHUNK);
    // A chunk that was never painted needs no texture.
    if (chunks[chunkIndex] === undefined && tile.every((label) => label === 0)) return;
    gl.bindTexture(gl.TEXTURE_2D, chunkOf(chunkIndex));
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.texSubImage2D(
      gl.TEXTURE_2D,
      0,
      (column % TILES_PER_CHUNK) * TILE_SIZE,
      (row % TILES_PER_CHUNK) * TILE_SIZE,
      TILE_SIZE,
      TILE_SIZE,
      gl.RED_INTEGER,
      gl.UNSIGNED_BYTE,
      tile,
    );
  };

  const uploadAllTiles = () => {
    for (const chunk of chunks) if (chunk !== undefined) gl.deleteTexture(chunk);
    chunks = [];
    if (source === undefined) return;
    for (let index = 0; index < source.tilesAcross * source.tilesDown; index++) uploadTile(index);
  };

  const textureOfImage = (bitmap: ImageBitmap): WebGLTexture => {
    let texture = imageTextures.get(bitmap);
    if (texture === undefined) {
      texture = createTexture(gl, { filter: gl.LINEAR, minify: gl.LINEAR_MIPMAP_LINEAR });
      gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, gl.RED, gl.UNSIGNED_BYTE, bitmap);
      gl.generateMipmap(gl.TEXTURE_2D);
      imageTextures.set(bitmap, texture);
    }
    return texture;
  };

  const uploadMap = (layer: MapLayer, bitmap: ImageBitmap) => {
    // Label values must not be blended; probabilities and nats read better smooth.
    const filter = layer === 'prediction' && meaning.kind === 'labels' ? gl.NEAREST : gl.LINEAR;
    const texture = createTexture(gl, { filter });
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, gl.RED, gl.UNSIGNED_BYTE, bitmap);
    maps.set(layer, { bitmap, texture });
  };

  const forgetOldMaps = () => {
    for (const texture of before.values()) gl.deleteTexture(texture);
    before.clear();
  };

  const uploadPalette = () => {
    gl.bindTexture(gl.TEXTURE_2D, parts.palette);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, palette);
  };

  const place = ({ uniforms }: Program, { view }: Scene) => {
    gl.uniform3f(uniforms.view!, view.scale * ratio, view.offsetX * ratio, view.offsetY * ratio);
    gl.uniform2f(uniforms.canvas!, canvas.width, canvas.height);
  };

  /** Rounded outwards by a pixel: what lies at the edge is drawn whole. WebGL counts rows from below. */
  const limitTo = ({ x0, y0, x1, y1 }: Box, view: Viewport) => {
    const left = Math.floor((view.offsetX + x0 * view.scale) * ratio) - 1;
    const top = Math.floor((view.offsetY + y0 * view.scale) * ratio) - 1;
    const right = Math.ceil((view.offsetX + x1 * view.scale) * ratio) + 1;
    const bottom = Math.ceil((view.offsetY + y1 * view.scale) * ratio) + 1;
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(left, canvas.height - bottom, right - left, bottom - top);
  };

  const drawImage = (scene: Scene) => {
    parts.image.select();
    place(parts.image, scene);
    const { low, high } = scene.layers.image;
    gl.uniform2f(parts.image.uniforms.window!, low, high);
    gl.uniform1i(parts.image.uniforms.grey!, 0);
    gl.disable(gl.BLEND);
    gl.activeTexture(gl.TEXTURE0);
    for (const { bitmap, x, y, width, height } of pieces) {
      gl.bindTexture(gl.TEXTURE_2D, textureOfImage(bitmap));
      gl.uniform4f(parts.image.uniforms.rectangle!, x, y, width, height);
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    }
  };

  const drawOverlay = (scene: Scene) => {
    if (source === undefined) return;
    const { layers, view } = scene;
    const strength = (layer: { visible: boolean; opacity: number }) => (layer.visible ? layer.opacity : 0);
    const prediction = maps.get('prediction');
    const uncertainty = maps.get('uncertainty');
    const opacity = [
      strength(layers.mask),
      prediction === undefined ? 0 : strength(layers.prediction),
      uncertainty === undefined ? 0 : strength(layers.uncertainty),
    ] as const;
    if (opacity.every((value) => value === 0)) return;
    const { uniforms } = parts.overlay;
    parts.overlay.select();
    place(parts.overlay, scene);
    gl.uniform2f(uniforms.size!, source.width, source.height);
    gl.uniform3f(uniforms.opacity!, ...opacity);
    gl.uniform1i(uniforms.meaning!, meaning.kind === 'probability' ? 0 : 1);
    gl.uniform1i(uniforms.filled!, layers.prediction.style === 'filled' ? 1 : 0);
    gl.uniform1f(uniforms.line!, ratio);
    const was = (layer: MapLayer) => (before.has(layer) ? 1 : 0);
    gl.uniform3f(uniforms.fade!, scene.freshness, was('prediction'), was('uncertainty'));
    if (meaning.kind === 'probability') gl.uniform2i(uniforms.classes!, meaning.lesser, meaning.greater);
    const textures = [
      ['palette', parts.palette],
      ['prediction', prediction?.texture ?? parts.nothing],
      ['uncertainty', uncertainty?.texture ?? parts.nothing],
      ['ramp', parts.ramp],
      ['predictionBefore', before.get('prediction') ?? parts.nothing],
      ['uncertaintyBefore', before.get('uncertainty') ?? parts.nothing],
    ] as const;
    textures.forEach(([name, texture], i) => {
      gl.activeTexture(gl.TEXTURE1 + i);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.uniform1i(uniforms[name]!, i + 1);
    });
    gl.uniform1i(uniforms.labels!, 0);
    gl.activeTexture(gl.TEXTURE0);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    const seen = visibleBox(view, source, size);
    for (let row = Math.floor(seen.y0 / CHUNK_SIDE); row * CHUNK_SIDE < seen.y1; row++) {
      for (let column = Math.floor(seen.x0 / CHUNK_SIDE); column * CHUNK_SIDE < seen.x1; column++) {
        const x = column * CHUNK_SIDE;
        const y = row * CHUNK_SIDE;
        gl.bindTexture(gl.TEXTURE_2D, chunks[row * chunksAcross() + column] ?? parts.noLabels);
        const width = Math.min(CHUNK_SIDE, source.width - x);
        const height = Math.min(CHUNK_SIDE, source.height - y);
        gl.uniform4f(uniforms.rectangle!, x, y, width, height);
        gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
      }
    }
  };

  const draw = (scene: Scene, only?: Box) => {
    lastScene = scene;
    if (gl.isContextLost()) return;
    gl.viewport(0, 0, canvas.width, canvas.height);
    if (only === undefined) gl.disable(gl.SCISSOR_TEST);
    else limitTo(only, scene.view);
    gl.clearColor(0.063, 0.067, 0.075, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    drawImage(scene);
    drawOverlay(scene);
  };

  // A driver may take the context away (sleep, another tab); everything is uploaded again from what is kept here.
  const onLost = (event: Event) => event.preventDefault();
  const onRestored = () => {
    parts = createParts(gl);
    imageTextures.clear();
    before.clear();
    chunks = [];
    uploadPalette();
    uploadAllTiles();
    for (const [layer, { bitmap }] of [...maps]) uploadMap(layer, bitmap);
    if (lastScene !== undefined) draw(lastScene);
  };
  canvas.addEventListener('webglcontextlost', onLost);
  canvas.addEventListener('webglcontextrestored', onRestored);

  return {
    kind: 'webgl2',
    resize(extent, devicePixelRatio) {
      size = extent;
      ratio = devicePixelRatio;
      fitCanvas(canvas, extent, ratio);
    },
    setImage(next) {
      const kept = new Set(next.map(({ bitmap }) => bitmap));
      for (const [bitmap, texture] of imageTextures) {
        if (kept.has(bitmap)) continue;
        gl.deleteTexture(texture);
        imageTextures.delete(bitmap);
      }
      pieces = next;
    },
    setLabels(next) {
      source = next;
      uploadAllTiles();
    },
    refreshTiles(tileIndexes) {
      for (const index of tileIndexes) uploadTile(index);
    },
    setPalette(next) {
      palette = Uint8Array.from(next);
      uploadPalette();
    },
    setMap(layer, map, { fades } = { fades: false }) {
      const shown = maps.get(layer);
      const older = before.get(layer);
      if (older !== undefined) gl.deleteTexture(older);
      before.delete(layer);
      if (shown !== undefined && fades) before.set(layer, shown.texture);
      else if (shown !== undefined) gl.deleteTexture(shown.texture);
      maps.delete(layer);
      if (map !== undefined) uploadMap(layer, map);
    },
    forgetOldMaps,
    setPredictionMeaning(next) {
      meaning = next;
      const map = maps.get('prediction');
      if (map === undefined) return;
      gl.deleteTexture(map.texture);
      uploadMap('prediction', map.bitmap);
    },
    draw,
    destroy() {
      canvas.removeEventListener('webglcontextlost', onLost);
      canvas.removeEventListener('webglcontextrestored', onRestored);
      for (const texture of imageTextures.values()) gl.deleteTexture(texture);
      for (const chunk of chunks) if (chunk !== undefined) gl.deleteTexture(chunk);
      for (const { texture } of maps.values()) gl.deleteTexture(texture);
      forgetOldMaps();
      for (const texture of [parts.palette, parts.ramp, parts.nothing, parts.noLabels])
        gl.deleteTexture(texture);
      gl.deleteProgram(parts.image.program);
      gl.deleteProgram(parts.overlay.program);
    },
  };
}

function createParts(gl: WebGL2RenderingContext): Parts {
  const pixel = (format: number, internal: number, bytes: Uint8Array) => {
    const texture = createTexture(gl, { filter: gl.NEAREST });
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.texImage2D(gl.TEXTURE_2D, 0, internal, 1, 1, 0, format, gl.UNSIGNED_BYTE, bytes);
    return texture;
  };
  const ramp = createTexture(gl, { filter: gl.LINEAR });
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, heatRamp());
  return {
    image: createProgram(gl, { vertex: PLACE, fragment: IMAGE }),
    overlay: createProgram(gl, { vertex: PLACE, fragment: OVERLAY }),
    palette: createTexture(gl, { filter: gl.NEAREST }),
    ramp,
    nothing: pixel(gl.RED, gl.R8, new Uint8Array(1)),
    noLabels: pixel(gl.RED_INTEGER, gl.R8UI, new Uint8Array(1)),
  };
}
