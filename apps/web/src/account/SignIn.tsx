'use client';
/** Signing in: by the one-time token of the address, at once, or by e-mail and password. */
import { Button, Loader, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearchParams } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { signIn } from '../api/auth.ts';
import { api } from '../api/client.ts';
import { StandAlone } from '../shell/StandAlone.tsx';
import { pathAfterSignIn } from '../shell/signInPath.ts';
import { ErrorLine } from '../shell/states.tsx';

export function SignIn() {
  const router = useRouter();
  const cache = useQueryClient();
  const search = useSearchParams();
  const [token] = useState(() => search.get('token'));
  const [next] = useState(() => pathAfterSignIn(search.get('next')));
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');

  const enter = () => {
    cache.clear();
    router.replace(next);
  };
  const byToken = useMutation({
    mutationFn: (oneTime: string) => api.call('signInWithToken', { body: { token: oneTime } }),
    onSuccess: enter,
    meta: { shown: true },
  });
  const byPassword = useMutation({ mutationFn: signIn, onSuccess: enter, meta: { shown: true } });

  const used = useRef(false);
  useEffect(() => {
    if (!token || used.current) return;
    used.current = true;
    // Out of the address bar, the history and every later referrer before it is even sent.
    window.history.replaceState(
      null,
      '',
      next === '/projects' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`,
    );
    byToken.mutate(token);
  }, [token, next, byToken]);

  if (token && !byToken.isError) {
    return (
      <StandAlone title="Signing in">
        <Loader size="sm" aria-label="Signing in" />
      </StandAlone>
    );
  }
  return (
    <StandAlone title="Sign in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          byPassword.mutate({ email, password });
        }}
      >
        <Stack gap="sm">
          <ErrorLine error={byPassword.error ?? byToken.error} />
          <TextInput
            label="E-mail"
            type="email"
            autoComplete="username"
            required
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <TextInput
            label="Password"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" size="sm" mt={4} loading={byPassword.isPending || byPassword.isSuccess}>
            Sign in
          </Button>
        </Stack>
      </form>
    </StandAlone>
  );
}
