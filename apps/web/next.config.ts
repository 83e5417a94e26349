/** How the web application is built: our packages from source, types checked by `npm run check`, nothing sent home. */
import type { NextConfig } from 'next';

const config: NextConfig = {
  transpilePackages: [
    '@cotrace/image-io',
    '@cotrace/mask',
    '@cotrace/mask-doc',
    '@cotrace/metrics',
    '@cotrace/protocol',
  ],
  // The Yjs room, a socket and a canvas outlive a double mount badly, and the tests run against the built application.
  reactStrictMode: false,
  poweredByHeader: false,
  devIndicators: false,
  typescript: { ignoreBuildErrors: true },
  experimental: {
    optimizePackageImports: ['@mantine/core', '@mantine/hooks', '@tabler/icons-react'],
  },
};

export default config;
