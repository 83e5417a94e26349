'use client';
/** Who is signed in: access tokens, signing out. */
import { Menu, UnstyledButton } from '@mantine/core';
import { IconKey, IconLayoutGrid, IconLogout } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { signOut } from '../api/auth.ts';
import { useMe } from '../api/queries.ts';
import { PersonMark } from './PersonMark.tsx';
import { TokensDialog } from './TokensDialog.tsx';

export function MeMenu() {
  const me = useMe();
  const cache = useQueryClient();
  const [tokensOpen, setTokensOpen] = useState(false);
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: () => {
      cache.clear();
      // A whole new page: sockets and rooms of the one who left end with the old one.
      window.location.assign('/sign-in');
    },
  });
  if (!me.data) return null;
  return (
    <>
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <UnstyledButton aria-label={`Your menu: ${me.data.name}`}>
            <PersonMark name={me.data.name} color={me.data.color} size={26} />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {me.data.name}
            <br />
            {me.data.email}
          </Menu.Label>
          <Menu.Item
            component={Link}
            href="/projects"
            leftSection={<IconLayoutGrid size={15} stroke={1.75} />}
          >
            Projects
          </Menu.Item>
          <Menu.Item leftSection={<IconKey size={15} stroke={1.75} />} onClick={() => setTokensOpen(true)}>
            Access tokens…
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<IconLogout size={15} stroke={1.75} />} onClick={() => leave.mutate()}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <TokensDialog opened={tokensOpen} onClose={() => setTokensOpen(false)} />
    </>
  );
}
