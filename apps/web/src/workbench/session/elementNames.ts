/** Which stroke an element of the document belongs to: refusals name elements, people paint strokes. */
import type { MaskDoc } from '@cotrace/mask-doc';
import { refusedElements } from '@cotrace/protocol';

export interface ElementNames {
  /** Numbers of the own strokes that a refusal's details name; none when it names none. */
  strokesNamedBy(refusalDetails: unknown): number[];
  destroy(): void;
}

export function followElements(maskDoc: MaskDoc): ElementNames {
  const strokeOf = new Map<string, number>();
  // Taken back, an element is in the document no more: remembered while it is.
  const stop = maskDoc.onOwnAction(({ strokeIds, written }) => {
    const [only, ...others] = strokeIds;
    if (only !== undefined && others.length === 0) {
      for (const { client, clock, length } of written)
        for (let at = clock; at < clock + length; at++) strokeOf.set(`${client}:${at}`, only);
      return;
    }
    for (const { id, record } of maskDoc.liveRecordsOf(maskDoc.sessionId ?? ''))
      strokeOf.set(id, record.strokeId);
  });
  return {
    strokesNamedBy(refusalDetails) {
      const named = refusedElements.safeParse(refusalDetails);
      if (!named.success) return [];
      for (const { id, record } of maskDoc.liveRecordsOf(maskDoc.sessionId ?? ''))
        strokeOf.set(id, record.strokeId);
      return [...new Set(named.data.records.flatMap((id) => strokeOf.get(id) ?? []))];
    },
    destroy: stop,
  };
}
