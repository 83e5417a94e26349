'use client';
/** The labels of a task as rows: colour, name, grey. Values are given once and never change: masks hold them. */
import type { LabelClass } from '@cotrace/protocol';
import { ActionIcon, Button, ColorInput, NumberInput, Table, TextInput, Tooltip } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { LABEL_COLORS, nextLabel } from './labelTable.ts';

/** What is there, and what is not. */
const FEWEST = 2;

export function LabelTableEditor({
  labels,
  onChange,
  disabled = false,
}: {
  labels: readonly LabelClass[];
  onChange: (labels: LabelClass[]) => void;
  disabled?: boolean;
}) {
  const change = (value: number, patch: Partial<LabelClass>) =>
    onChange(labels.map((label) => (label.value === value ? { ...label, ...patch } : label)));
  return (
    <div>
      <Table verticalSpacing={4} withRowBorders={false}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={52}>Value</Table.Th>
            <Table.Th>Name</Table.Th>
            <Table.Th w={132}>Colour</Table.Th>
            <Table.Th w={92}>
              <Tooltip
                label="How the label looks in label images and exports, 0 black to 255 white"
                multiline
                maw={240}
              >
                <span>Grey</span>
              </Tooltip>
            </Table.Th>
            <Table.Th w={40} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {labels.map((label) => (
            <Table.Tr key={label.value}>
              <Table.Td>{label.value}</Table.Td>
              <Table.Td>
                <TextInput
                  size="xs"
                  aria-label={`Name of label ${label.value}`}
                  maxLength={80}
                  disabled={disabled}
                  value={label.name}
                  onChange={(event) => change(label.value, { name: event.currentTarget.value })}
                />
              </Table.Td>
              <Table.Td>
                <ColorInput
                  size="xs"
                  aria-label={`Colour of label ${label.value}`}
                  format="hex"
                  swatches={[...LABEL_COLORS]}
                  swatchesPerRow={8}
                  withEyeDropper={false}
                  disabled={disabled}
                  value={label.color}
                  onChange={(color) => change(label.value, { color: color.toLowerCase() })}
                />
              </Table.Td>
              <Table.Td>
                <NumberInput
                  size="xs"
                  aria-label={`Grey of label ${label.value}`}
                  min={0}
                  max={255}
                  allowDecimal={false}
                  clampBehavior="strict"
                  disabled={disabled}
                  value={label.gray}
                  onChange={(gray) => typeof gray === 'number' && change(label.value, { gray })}
                />
              </Table.Td>
              <Table.Td>
                {labels.length > FEWEST && (
                  <Tooltip label="Remove this label">
                    <ActionIcon
                      aria-label={`Remove label ${label.value}`}
                      disabled={disabled}
                      onClick={() => onChange(labels.filter(({ value }) => value !== label.value))}
                    >
                      <IconTrash size={15} stroke={1.75} />
                    </ActionIcon>
                  </Tooltip>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Button
        variant="subtle"
        mt={4}
        disabled={disabled || labels.length >= 255}
        leftSection={<IconPlus size={14} />}
        onClick={() => onChange([...labels, nextLabel(labels)])}
      >
        Add a label
      </Button>
    </div>
  );
}
