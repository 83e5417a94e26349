/** The frame of every page. Dark is set in the markup itself, so that no inline script is needed and nothing flashes. */
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './globals.css';
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { Providers } from '../shell/Providers.tsx';

export const metadata: Metadata = {
  title: { default: 'Cotrace', template: '%s · Cotrace' },
  description: 'Paint together; the model keeps up.',
};

export const viewport: Viewport = { themeColor: '#16191d', colorScheme: 'dark' };

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" data-mantine-color-scheme="dark">
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
