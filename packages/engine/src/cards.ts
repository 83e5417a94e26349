/**
 * NVIDIA's cards of this machine as their driver tells of them, and why TensorFlow could not use one. Asks; changes
 * nothing.
 */
import { spawnSync } from 'node:child_process';

export interface Card {
  /** Its number in PCI order, which is what CUDA_VISIBLE_DEVICES takes here. */
  index: number;
  uuid: string;
  name: string;
  memoryBytes: number;
  /** 8.0 is Ampere, the first to multiply bfloat16. */
  computeCapability: number;
  driver: string;
}

const FIELDS = ['index', 'uuid', 'name', 'memory.total', 'compute_cap', 'driver_version'];

/** `nvidia-smi --query-gpu=… --format=csv,noheader,nounits`, one line a card; memory in MiB. */
export function parseCards(csv: string): Card[] {
  return csv.split('\n').flatMap((line) => {
    const [index, uuid, name, memory, capability, driver] = line.split(',').map((field) => field.trim());
    if (!/^\d+$/.test(index ?? '') || driver === undefined) return [];
    return [
      {
        index: Number(index),
        uuid: uuid!,
        name: name!,
        memoryBytes: Number(memory) * 2 ** 20,
        computeCapability: Number(capability),
        driver,
      },
    ];
  });
}

/** Cards with a working driver; none where there is no driver. */
export function findCards(): Card[] {
  const asked = spawnSync('nvidia-smi', [`--query-gpu=${FIELDS.join()}`, '--format=csv,noheader,nounits'], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return asked.status === 0 ? parseCards(asked.stdout) : [];
}

/** Those that CUDA_VISIBLE_DEVICES leaves, in its order: numbers or beginnings of UUIDs; unset leaves all. */
export function visibleCards(cards: readonly Card[], visible: string | undefined): Card[] {
  if (visible === undefined) return [...cards];
  const seen: Card[] = [];
  for (const wanted of visible.split(',').map((part) => part.trim())) {
    const card = cards.find(
      ({ index, uuid }) => wanted !== '' && (String(index) === wanted || uuid.startsWith(wanted)),
    );
    // CUDA itself ends the list at the first that it does not know.
    if (!card) break;
    seen.push(card);
  }
  return seen;
}

/** `NVIDIA A100 (40 GB)`. */
export function describeCard({ name, memoryBytes }: Card): string {
  return `${name} (${Math.round(memoryBytes / 2 ** 30)} GB)`;
}

/** The least that TensorFlow 2.21's wheel is compiled for (sm_60), and the driver that CUDA 12 needs. */
const LEAST_CAPABILITY = 6;
const LEAST_DRIVER = 525.6;

export interface CardFacts {
  cards: readonly Card[];
  /** Of them, those that this process may see. */
  visible: readonly Card[];
  /** Whether a card is on the bus, driver or not. */
  onBus: boolean;
  /** Whether the TensorFlow that was loaded is the one with CUDA. */
  cudaBuild: boolean;
}

/** One sentence on what is missing for a card that is there and not used; undefined where there is none. */
export function whyUnused({ cards, visible, onBus, cudaBuild }: CardFacts): string | undefined {
  if (cards.length === 0) {
    return onBus
      ? "An NVIDIA card is there, but its driver is not: install NVIDIA's driver 525.60 or later and start again."
      : undefined;
  }
  const [card] = visible;
  if (!card) {
    return `The ${describeCard(cards[0]!)} is hidden by CUDA_VISIBLE_DEVICES=${process.env.CUDA_VISIBLE_DEVICES}: unset it to use the card.`;
  }
  const the = `The ${describeCard(card)}`;
  if (card.computeCapability < LEAST_CAPABILITY) {
    return `${the} has compute capability ${card.computeCapability}, and TensorFlow needs ${LEAST_CAPABILITY}.0 or more: another card is needed.`;
  }
  if (Number.parseFloat(card.driver) < LEAST_DRIVER) {
    return `${the} has driver ${card.driver}, and CUDA 12 needs ${LEAST_DRIVER}0 or later: update NVIDIA's driver.`;
  }
  if (!cudaBuild) {
    return `${the} is not used by this build of TensorFlow: run \`npm start\` once with COTRACE_ENGINE=gpu.`;
  }
  return `${the} was refused by TensorFlow: start with TF_CPP_MIN_LOG_LEVEL=0 to read which library or right it lacks.`;
}
