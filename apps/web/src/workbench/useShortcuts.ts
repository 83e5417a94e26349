'use client';
/** Keys of the page to actions. Leaves alone what is typed into a field and what a focused button wants for itself. */
import { useEffect, useRef } from 'react';
import { type Action, matchShortcut } from './tools/shortcuts.ts';

export interface KeyReactions {
  readonly onAction: (action: Action) => void;
  readonly onLabel: (place: number) => void;
  /** Space pressed or let go. */
  readonly onPan: (held: boolean) => void;
  /** The compare key pressed or let go. */
  readonly onCompare: (held: boolean) => void;
  readonly onEscape: () => void;
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    (target instanceof HTMLInputElement && target.type !== 'range') ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement);

/** Reached by the keyboard, Space belongs to the button; clicked with the mouse, it does not. */
const wantsSpace = (target: EventTarget | null) =>
  target instanceof HTMLElement && target !== document.body && target.matches(':focus-visible');

export function useShortcuts(reactions: KeyReactions): void {
  const now = useRef(reactions);
  now.current = reactions;
  useEffect(() => {
    const onDown = (event: KeyboardEvent) => {
      if (isTyping(event.target) || document.querySelector('[role="dialog"][aria-modal="true"]') !== null)
        return;
      if (event.key === 'Escape') return now.current.onEscape();
      if (event.code === 'Space' && !wantsSpace(event.target)) {
        event.preventDefault();
        if (!event.repeat) now.current.onPan(true);
        return;
      }
      const matched = matchShortcut(event);
      if (matched === undefined) return;
      event.preventDefault();
      if ('labelPlace' in matched) return now.current.onLabel(matched.labelPlace);
      if (matched.action === 'compare') {
        if (!event.repeat) now.current.onCompare(true);
        return;
      }
      now.current.onAction(matched.action);
    };
    const onUp = (event: KeyboardEvent) => {
      if (event.code === 'Space') now.current.onPan(false);
      if (event.key.toLowerCase() === 'x') now.current.onCompare(false);
    };
    // A key let go in another window is never reported here.
    const onBlur = () => {
      now.current.onPan(false);
      now.current.onCompare(false);
    };
    window.addEventListener('keydown', onDown);
    window.addEventListener('keyup', onUp);
    window.addEventListener('blur', onBlur);
    return () => {
      window.removeEventListener('keydown', onDown);
      window.removeEventListener('keyup', onUp);
      window.removeEventListener('blur', onBlur);
    };
  }, []);
}
