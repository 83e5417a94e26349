/** Which cards there are, which are seen, and what is said of one that is not used; and what the CUDA build takes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  buildFor,
  bytesOf,
  cudaPackages,
  missingLibraries,
  nvidiaCardOnBus,
  usualCudaBytes,
} from '../install/cuda.mjs';
import { type CardFacts, describeCard, parseCards, visibleCards, whyUnused } from './cards.ts';
import { EngineError, loadEngine } from './index.ts';

const TWO = `0, GPU-3f2a, NVIDIA GeForce RTX 3090, 24576, 8.6, 550.54.14
1, GPU-9b01, NVIDIA A100-SXM4-40GB, 40960, 8.0, 550.54.14
`;

describe('cards', () => {
  const cards = parseCards(TWO);
  it("are read from the driver's table", () => {
    expect(cards.map(describeCard)).toEqual([
      'NVIDIA GeForce RTX 3090 (24 GB)',
      'NVIDIA A100-SXM4-40GB (40 GB)',
    ]);
    expect(cards[1]).toMatchObject({ index: 1, uuid: 'GPU-9b01', computeCapability: 8, driver: '550.54.14' });
  });
  it('are none where the driver complains instead', () => {
    expect(parseCards('NVIDIA-SMI has failed because it could not communicate with the driver.\n')).toEqual(
      [],
    );
    expect(parseCards('')).toEqual([]);
  });
  it.each([
    [undefined, [0, 1]],
    ['1', [1]],
    ['1,0', [1, 0]],
    ['GPU-9b', [1]],
    ['0,7,1', [0]],
    ['', []],
    ['-1', []],
  ])('are seen as CUDA_VISIBLE_DEVICES says: %s', (visible, seen) => {
    expect(visibleCards(cards, visible).map(({ index }) => index)).toEqual(seen);
  });
});

describe('a card that is not used', () => {
  const [card] = parseCards(TWO);
  const facts = (change: Partial<CardFacts>): CardFacts => ({
    cards: [card!],
    visible: [card!],
    onBus: true,
    cudaBuild: true,
    ...change,
  });
  const with_ = (change: object) => {
    const changed = { ...card!, ...change };
    return facts({ cards: [changed], visible: [changed] });
  };
  it.each([
    ['the driver', facts({ cards: [], visible: [] }), /driver is not: install/],
    ['a newer driver', with_({ driver: '470.82.01' }), /driver 470\.82\.01, and CUDA 12 needs 525\.60/],
    ['compute capability', with_({ computeCapability: 5.2 }), /compute capability 5\.2/],
    ['the CUDA build', facts({ cudaBuild: false }), /COTRACE_ENGINE=gpu/],
    ['leave', facts({ visible: [] }), /hidden by CUDA_VISIBLE_DEVICES/],
    ['what TensorFlow alone knows', facts({}), /TF_CPP_MIN_LOG_LEVEL=0/],
  ])('is told in one sentence what it lacks: %s', (_, given, sentence) => {
    const said = whyUnused(given)!;
    expect(said).toMatch(sentence);
    expect(said).toMatch(/^[^\n]{20,250}\.$/);
  });
  it('is no matter where there is none', () => {
    expect(whyUnused({ cards: [], visible: [], onBus: false, cudaBuild: false })).toBeUndefined();
  });
  it('asked for by name refuses with that sentence', async ({ skip }) => {
    try {
      const engine = await loadEngine('gpu');
      expect(engine.cards[0]!.memoryBytes).toBeGreaterThan(1e9);
      expect(engine.sentence).toContain(describeCard(engine.cards[0]!));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (error.code === 'ENGINE_UNAVAILABLE') return skip('native TensorFlow is not installed');
      expect(error).toMatchObject({ code: 'GPU_UNUSABLE', message: expect.stringMatching(/card/) });
    }
  });
});

describe('the CUDA build', () => {
  // As TensorFlow 2.21's wheel says it, shortened.
  const METADATA = `Metadata-Version: 2.4
Name: tensorflow
Requires-Dist: numpy>=1.26.0
Requires-Dist: keras>=3.12.0
Provides-Extra: and-cuda
Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"
Requires-Dist: nvidia_cudnn_cu12 (<10.0,>=9.3.0.75); extra == 'and-cuda'
Requires-Dist: nvidia-nvshmem-cu13>=3; extra == "and-cuda"
Provides-Extra: gcs-filesystem
Requires-Dist: tensorflow-io-gcs-filesystem>=0.23.1; sys_platform != "win32" and extra == "gcs-filesystem"
`;
  it('takes what the wheel itself asks for, and nothing else', () => {
    expect(cudaPackages(METADATA).map(({ requirement }) => requirement)).toEqual([
      'nvidia-cublas-cu12<13.0,>=12.5.3.2',
      'nvidia-cudnn-cu12<10.0,>=9.3.0.75',
      'nvidia-nvshmem-cu13>=3',
    ]);
  });
  it('knows what it weighs; of a package it does not know it expects the worst', () => {
    const plan = cudaPackages(METADATA);
    expect(
      plan.every(({ downloadBytes, diskBytes }) => downloadBytes > 1e6 && diskBytes > downloadBytes),
    ).toBe(true);
    const { downloadBytes, diskBytes } = bytesOf(plan);
    expect(downloadBytes).toBe((581 + 717 + 400) * 1e6);
    // What is kept of all, and the largest wheel while it is unpacked.
    expect(diskBytes).toBe((856 + 1170 + 600 + 717) * 1e6);
    expect(bytesOf([])).toEqual({ downloadBytes: 0, diskBytes: 0 });
    expect(usualCudaBytes().downloadBytes).toBeCloseTo(3.4e9, -8);
  });
  it('is taken where there is a card or it is asked for', () => {
    expect(buildFor({ card: true })).toBe('gpu');
    expect(buildFor({ card: true, wanted: 'auto' })).toBe('gpu');
    expect(buildFor({ card: false, wanted: 'gpu' })).toBe('gpu');
    expect(buildFor({ card: false })).toBe('cpu');
    expect(buildFor({ card: true, wanted: 'wasm' })).toBe('cpu');
  });
  it('misses what ldd does not find, but for what comes with the driver', () => {
    const said = `/x/libcudnn_ops.so.9:
\tlinux-vdso.so.1 (0x00007ffd)
\tlibcublas.so.12 => not found
\tlibcuda.so.1 => not found
\tlibc.so.6 => /lib/libc.so.6 (0x00007f)
/x/libcusolver.so.11:
\tlibcublas.so.12 => not found`;
    expect(missingLibraries(said)).toEqual(['libcublas.so.12']);
  });
  it('is for a card on the bus, whatever its driver; not for its sound, nor for other makers', () => {
    const root = mkdtempSync(join(tmpdir(), 'cotrace-bus-'));
    const device = (name: string, vendor: string, kind: string) => {
      const folder = join(root, 'sys/bus/pci/devices', name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'vendor'), `${vendor}\n`);
      writeFileSync(join(folder, 'class'), `${kind}\n`);
    };
    expect(nvidiaCardOnBus(root)).toBe(false);
    device('0000:01:00.1', '0x10de', '0x040300');
    device('0000:00:02.0', '0x8086', '0x030000');
    expect(nvidiaCardOnBus(root)).toBe(false);
    device('0000:41:00.0', '0x10de', '0x030200');
    expect(nvidiaCardOnBus(root)).toBe(true);
    rmSync(root, { recursive: true });
  });
});
