/** Colours, type and density of the whole application. Dark and quiet: the image is the brightest thing on the screen. */
import {
  type CSSVariablesResolver,
  createTheme,
  defaultCssVariablesResolver,
  type MantineColorsTuple,
  type MantineThemeOverride,
} from '@mantine/core';

/** 0 = text … 7 = page … 9 = deepest. Neutral with a trace of blue, so that a grey section beside it stays grey. */
const dark: MantineColorsTuple = [
  '#c8ccd2',
  '#a9aeb6',
  '#858b94',
  '#5f656e',
  '#363b43',
  '#2a2e35',
  '#20242a',
  '#16191d',
  '#111316',
  '#0b0c0e',
];

/** The one accent: links, the button that matters, what is labelled. */
const accent: MantineColorsTuple = [
  '#e6f3f7',
  '#c9e3ec',
  '#a5d0de',
  '#7cbacd',
  '#5aa7bf',
  '#4397b1',
  '#35829b',
  '#2a6b80',
  '#215465',
  '#183f4d',
];

export const theme: MantineThemeOverride = createTheme({
  primaryColor: 'accent',
  primaryShade: 6,
  colors: { dark, accent },
  autoContrast: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.3' },
      h2: { fontSize: '1rem', lineHeight: '1.35' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 'sm',
  radius: { xs: '2px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' }, styles: { label: { fontWeight: 500 } } },
    InputWrapper: {
      styles: { label: { fontWeight: 500, marginBottom: 3 }, description: { marginBottom: 4 } },
    },
    SegmentedControl: { styles: { label: { fontWeight: 500 } } },
    TextInput: { defaultProps: { size: 'sm', withAsterisk: false } },
    NumberInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', allowDeselect: false, withAsterisk: false } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true, fz: 'xs', color: 'dark.4', c: 'dark.0' } },
    Modal: {
      defaultProps: { centered: true, transitionProps: { duration: 120 } },
      styles: { title: { fontWeight: 600 } },
    },
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 80 } } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    Badge: { defaultProps: { variant: 'light', size: 'sm', tt: 'none', fw: 500 } },
    Table: {
      defaultProps: { verticalSpacing: 6, horizontalSpacing: 'sm' },
      styles: { th: { fontWeight: 500, fontSize: '0.75rem', color: 'var(--mantine-color-dark-2)' } },
    },
  },
});

/** Quiet buttons and icons are no brighter than text: Mantine's own would be white. */
export const cssVariables: CSSVariablesResolver = (from) => {
  const own = defaultCssVariablesResolver(from);
  return {
    ...own,
    dark: {
      ...own.dark,
      '--mantine-color-gray-light-color': from.colors.dark[1],
      '--mantine-color-accent-light-color': from.colors.accent?.[3] ?? from.colors.dark[0],
      '--mantine-color-dimmed': from.colors.dark[2],
    },
  };
};
