'use client';
/** An invitation: who invites to what, and one button to accept it, with an account that exists or a new one. */
import { Anchor, Button, Loader, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { signOut } from '../api/auth.ts';
import { api, isRemote } from '../api/client.ts';
import { useInvitation, useMe } from '../api/queries.ts';
import { until } from '../format/format.ts';
import { StandAlone } from '../shell/StandAlone.tsx';
import { ErrorLine } from '../shell/states.tsx';
import { ROLE_SENTENCE, withArticle } from './roles.ts';

export function Join({ token }: { token: string }) {
  const router = useRouter();
  const cache = useQueryClient();
  const invitation = useInvitation(token);
  const me = useMe();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');

  const join = useMutation({
    meta: { shown: true },
    mutationFn: (account: { name: string; email: string; password: string } | null) => {
      const params = { invitationToken: token };
      return account
        ? api.call('signUpWithInvitation', { params, body: account })
        : api.call('acceptInvitation', { params });
    },
    onSuccess: ({ projectId }) => {
      // What was cached was cached for nobody, or for somebody with fewer projects. The invitation is used up: not asked again.
      cache.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'invitation' });
      router.replace(`/projects/${projectId}`);
    },
  });
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: () => cache.resetQueries({ queryKey: ['me'] }),
  });

  if (invitation.isPending || me.isPending)
    return (
      <StandAlone title="Invitation">
        <Loader size="sm" aria-label="Loading" />
      </StandAlone>
    );
  if (invitation.isError)
    return (
      <StandAlone title="Invitation">
        <Stack gap="md">
          <ErrorLine error={invitation.error} />
          <Button component={Link} href="/projects" variant="default">
            {me.data ? 'To your projects' : 'Sign in'}
          </Button>
        </Stack>
      </StandAlone>
    );

  const { projectName, role, invitedBy, expiresAt } = invitation.data;
  const busy = join.isPending || join.isSuccess;
  const exists = isRemote(join.error, 'CONFLICT');
  const toSignIn = `/sign-in?next=${encodeURIComponent(`/join/${token}`)}`;
  return (
    <StandAlone title={`Join ${projectName}`}>
      <Text size="sm" c="dark.1" mb="md" lh={1.55}>
        {invitedBy} invites you as {withArticle(role)} ({ROLE_SENTENCE[role].toLowerCase()}). The invitation
        ends {until(expiresAt)}.
      </Text>
      {me.data ? (
        <Stack gap="sm">
          <ErrorLine error={join.error} />
          <Button size="sm" autoFocus loading={busy} onClick={() => join.mutate(null)}>
            Join as {me.data.name}
          </Button>
          <Text size="xs" c="dark.2" ta="center">
            Signed in as {me.data.email}.{' '}
            <Anchor component="button" type="button" fz="xs" onClick={() => leave.mutate()}>
              Use another account
            </Anchor>
          </Text>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            join.mutate({ name: name.trim(), email: email.trim(), password });
          }}
        >
          <Stack gap="sm">
            <ErrorLine error={join.error} />
            <TextInput
              label="Name"
              description="As the others see it beside your cursor"
              autoComplete="name"
              required
              autoFocus
              maxLength={80}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <TextInput
              label="E-mail"
              type="email"
              autoComplete="username"
              required
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <TextInput
              label="Password"
              description="10 characters at least"
              type="password"
              autoComplete="new-password"
              required
              minLength={10}
              maxLength={128}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            <Button type="submit" size="sm" mt={4} loading={busy}>
              Join
            </Button>
            <Text size="xs" c="dark.2" ta="center">
              {exists ? 'That account is yours? ' : 'Have an account? '}
              <Anchor component={Link} href={toSignIn} fz="xs">
                Sign in with it
              </Anchor>
            </Text>
          </Stack>
        </form>
      )}
    </StandAlone>
  );
}
