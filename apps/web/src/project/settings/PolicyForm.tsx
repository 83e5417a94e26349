'use client';
/** When a task trains, and with what recipe. */
import { type Policy, policy as policySchema, type Task } from '@cotrace/protocol';
import { Button, Group, NumberInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ErrorLine } from '../../shell/states.tsx';
import panel from './Panel.module.css';
import { useUpdateTask } from './useUpdateTask.ts';

const TIME_ZONES = Intl.supportedValuesOf('timeZone');
const NIGHT = '02:00';

/** `default` and `course` are families of networks; the rest of the recipe sizes them. */
const PRESETS = [
  { value: 'default', label: 'default: trains faster, calibrated' },
  { value: 'course', label: 'course: as in the course notebook' },
];

export function PolicyForm({ projectId, task }: { projectId: string; task: Task }) {
  const [policy, setPolicy] = useState<Policy>(task.policy);
  const update = useUpdateTask(projectId, task.id);
  const change = (patch: Partial<Policy>) => setPolicy({ ...policy, ...patch });
  const recipe = (patch: Partial<Policy['recipe']>) => change({ recipe: { ...policy.recipe, ...patch } });
  const isChanged = JSON.stringify(policy) !== JSON.stringify(task.policy);
  const number = (set: (value: number) => void) => (value: number | string) => {
    if (typeof value === 'number') set(value);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        update.mutate({ policy });
      }}
    >
      <Stack gap="md">
        <div className={panel.grid}>
          <NumberInput
            label="Retrain after"
            description="New labelled pixels; 0 = on request only"
            min={0}
            step={1000}
            thousandSeparator=" "
            allowDecimal={false}
            value={policy.retrainAfterPixels}
            onChange={number((retrainAfterPixels) => change({ retrainAfterPixels }))}
          />
          <NightlyAt value={policy.nightlyAt} onChange={(nightlyAt) => change({ nightlyAt })} />
          <Select
            label="Time zone"
            description="Of the nightly run"
            searchable
            disabled={policy.nightlyAt === null}
            value={policy.timeZone}
            onChange={(timeZone) => timeZone && change({ timeZone })}
            data={TIME_ZONES.includes(policy.timeZone) ? TIME_ZONES : [policy.timeZone, ...TIME_ZONES]}
          />
          <NumberInput
            label="Budget"
            description="Seconds of training in one run"
            min={1}
            max={86_400}
            thousandSeparator=" "
            value={policy.recipe.budgetSeconds}
            onChange={number((budgetSeconds) => recipe({ budgetSeconds }))}
          />
          <Select
            label="Network"
            description="The family"
            value={policy.recipe.preset}
            onChange={(preset) => preset && recipe({ preset: preset as Policy['recipe']['preset'] })}
            data={PRESETS}
          />
          <NumberInput
            label="Width"
            description="Channels of the first level"
            min={2}
            max={128}
            allowDecimal={false}
            value={policy.recipe.base}
            onChange={number((base) => recipe({ base }))}
          />
          <NumberInput
            label="Depth"
            description="Levels of the network"
            min={1}
            max={5}
            allowDecimal={false}
            value={policy.recipe.depth}
            onChange={number((depth) => recipe({ depth }))}
          />
          <NumberInput
            label="Tile"
            description="Side of a training tile in pixels"
            min={32}
            max={1024}
            step={32}
            allowDecimal={false}
            value={policy.recipe.tile}
            onChange={number((tile) => recipe({ tile }))}
          />
          <NumberInput
            label="Batch"
            description="Tiles of one step"
            min={1}
            max={64}
            allowDecimal={false}
            value={policy.recipe.batch}
            onChange={number((batch) => recipe({ batch }))}
          />
        </div>
        <ErrorLine error={update.error} />
        <Group gap="sm">
          <Button type="submit" size="sm" disabled={!isChanged} loading={update.isPending}>
            Save
          </Button>
          {isChanged && (
            <>
              <Button size="sm" variant="subtle" color="gray" onClick={() => setPolicy(task.policy)}>
                Undo changes
              </Button>
              <Text size="xs" c="dark.2">
                Holds from the next run on.
              </Text>
            </>
          )}
        </Group>
      </Stack>
    </form>
  );
}

/** Hours and minutes as text: the browser's own field shows AM and PM to some, and every other page does not. */
function NightlyAt({ value, onChange }: { value: string | null; onChange: (value: string | null) => void }) {
  const [text, setText] = useState(value ?? NIGHT);
  const isTime = policySchema.shape.nightlyAt.safeParse(text).success;
  return (
    <TextInput
      label="Nightly at"
      description={value === null ? 'No nightly run' : 'A run starts if labels have come'}
      disabled={value === null}
      value={value === null ? '' : text}
      error={value !== null && !isTime && 'Hours and minutes, like 02:00'}
      maxLength={5}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        if (policySchema.shape.nightlyAt.safeParse(typed).success) onChange(typed);
      }}
      rightSectionWidth={48}
      rightSection={
        <Switch
          size="xs"
          aria-label="Train every night"
          checked={value !== null}
          onChange={(event) => {
            setText(NIGHT);
            onChange(event.currentTarget.checked ? NIGHT : null);
          }}
        />
      }
    />
  );
}
