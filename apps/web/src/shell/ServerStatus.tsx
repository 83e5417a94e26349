'use client';
/** Is the page connected, and is there something to train with? */
import { useHealth } from '../api/queries.ts';
import { plural } from '../format/format.ts';
import { useLive } from '../live/ProjectLive.tsx';
import { StatusDot } from './StatusDot.tsx';

/** The connection of the open project: what others do arrives, or does not. */
export function ConnectionStatus() {
  const state = useLive((live) => live.state);
  const reason = useLive((live) => live.reason);
  switch (state) {
    case 'connecting':
      return <StatusDot tone="waiting" label="Connecting" hint="Asking the server for what happens here." />;
    case 'online':
      return <StatusDot tone="good" label="Live" hint="What the others and the trainer do shows at once." />;
    case 'offline':
      return (
        <StatusDot
          tone="bad"
          label="Offline"
          hint="The server does not answer. What you see may be old; it is tried again by itself."
        />
      );
    case 'refused':
      return (
        <StatusDot tone="bad" label="Not live" hint={reason ?? 'The server refused. Load the page again.'} />
      );
  }
}

/** The trainers that are connected, and the engine they found. */
export function TrainerStatus() {
  const health = useHealth();
  const trainers = useLive((live) => live.trainers);
  if (health.isPending) return null;
  if (health.isError)
    return <StatusDot tone="bad" label="Server away" hint="The server does not answer: is it running?" />;
  if (health.data.database === 'down')
    return (
      <StatusDot
        tone="bad"
        label="Database away"
        hint="The database does not answer. What you paint is kept and will be sent again."
      />
    );
  const known = trainers?.length ?? health.data.trainers;
  if (known === 0)
    return (
      <StatusDot
        tone="waiting"
        label="No trainer"
        hint="No trainer is connected: painting works, models wait. `npm start` runs one."
      />
    );
  const busy = trainers?.some((trainer) => trainer.busy) ?? false;
  const engines = trainers?.map(({ name, engine }) => `${name}: ${engine}`).join(' · ');
  return (
    <StatusDot
      tone={busy ? 'busy' : 'good'}
      label={busy ? 'Training' : plural(known, 'trainer')}
      hint={engines || health.data.engine || 'A trainer is connected.'}
    />
  );
}
