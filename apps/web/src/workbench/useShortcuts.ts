'use client';
/** Keys of the page to actions. Leaves alone what is typed into a field and what a focused button wants for itself. */
import { useEffect, useRef } from 'react';
import type { Keymap } from './tools/keymap.ts';
import type { Action } from './tools/shortcuts.ts';
import type { ToolKey } from './tools/tool.ts';

export interface KeyReactions {
  readonly onAction: (action: Action) => void;
  readonly onLabel: (place: number) => void;
  /** Space pressed or let go. */
  readonly onPan: (held: boolean) => void;
  /** The compare key pressed or let go. */
  readonly onCompare: (held: boolean) => void;
  /** A tool in the middle of something gets these first; true: it had a use for it. */
  readonly onToolKey: (key: ToolKey) => boolean;
  readonly onEscape: () => void;
}

/** Inputs in which nothing is typed. */
const SWITCHED: ReadonlySet<string> = new Set(['range', 'checkbox', 'radio']);

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    (target instanceof HTMLInputElement && !SWITCHED.has(target.type)) ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement);

/** Reached by the keyboard, Space and Enter belong to the button; clicked with the mouse, they do not. */
const wantsItself = (target: EventTarget | null) =>
  target instanceof HTMLElement && target !== document.body && target.matches(':focus-visible');

const isToolKey = (key: string): key is ToolKey => key === 'Enter' || key === 'Backspace' || key === 'Escape';

export function useShortcuts(keymap: Keymap, reactions: KeyReactions): void {
  const now = useRef(reactions);
  now.current = reactions;
  useEffect(() => {
    /** The key that shows the image alone while it is held, as it is written on the keyboard. */
    let comparing: string | undefined;
    const onDown = (event: KeyboardEvent) => {
      if (isTyping(event.target) || document.querySelector('[role="dialog"][aria-modal="true"]') !== null)
        return;
      if (isToolKey(event.key) && !wantsItself(event.target) && now.current.onToolKey(event.key))
        return event.preventDefault();
      if (event.key === 'Escape') return now.current.onEscape();
      if (event.code === 'Space' && !wantsItself(event.target)) {
        event.preventDefault();
        if (!event.repeat) now.current.onPan(true);
        return;
      }
      const matched = keymap.match(event);
      if (matched === undefined) return;
      event.preventDefault();
      if ('labelPlace' in matched) return now.current.onLabel(matched.labelPlace);
      if (matched.action === 'compare') {
        comparing = event.code;
        if (!event.repeat) now.current.onCompare(true);
        return;
      }
      now.current.onAction(matched.action);
    };
    const endComparing = () => {
      if (comparing === undefined) return;
      comparing = undefined;
      now.current.onCompare(false);
    };
    const onUp = (event: KeyboardEvent) => {
      if (event.code === 'Space') now.current.onPan(false);
      if (event.code === comparing) endComparing();
    };
    // A key let go in another window is never reported here.
    const onBlur = () => {
      now.current.onPan(false);
      endComparing();
    };
    window.addEventListener('keydown', onDown);
    window.addEventListener('keyup', onUp);
    window.addEventListener('blur', onBlur);
    return () => {
      window.removeEventListener('keydown', onDown);
      window.removeEventListener('keyup', onUp);
      window.removeEventListener('blur', onBlur);
    };
  }, [keymap]);
}
